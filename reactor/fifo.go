package reactor

// fifo is a queue of tasks that keeps its memory, unless that is more than keepTasks took.
type fifo struct {
	tasks []task
	head  int
}

const keepTasks = 1 << 16 // 1 MiB: a burst beyond it is not worth remembering

func (q *fifo) push(t task) { q.tasks = append(q.tasks, t) }

// pop returns the first task, nil if there is none.
func (q *fifo) pop() task {
	if q.head == len(q.tasks) {
		return nil
	}
	t := q.tasks[q.head]
	q.tasks[q.head] = nil
	q.head++
	if q.head == len(q.tasks) {
		q.tasks, q.head = q.tasks[:0], 0
		if cap(q.tasks) > keepTasks {
			q.tasks = nil
		}
	}
	return t
}

// swap makes tasks the content of q, which must be empty, and returns the memory
// that q had used, empty.
func (q *fifo) swap(tasks []task) []task {
	free := q.tasks
	q.tasks = tasks
	return free
}
