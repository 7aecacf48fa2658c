package host

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// failure is why a cell failed.
type failure struct {
	kind   string // "PanicError", "TimeoutError", "CompileError", or the type of an error
	text   string
	frames []Caller // of the user's, innermost first
	last   bool     // the program cannot go on
}

// Caller is a function in a stack trace and its line, "book.ipynb:cell 3:2". Without a function it is what the Go
// runtime says of those that it leaves out, "...12 frames elided...".
type Caller struct{ Function, Place string }

// panicked returns the failure of a cell that panicked with v, or called runtime.Goexit if that is
// nil.
func (r *run) panicked(v any, stack string) *failure {
	f := &failure{kind: "PanicError"}
	switch v := v.(type) {
	case nil:
		f.text, f.last = "runtime.Goexit was called by the cell itself", true
	case interface {
		error
		Trace() (error, []byte) // of an await that failed: its own stack
	}:
		err, trace := v.Trace()
		f.kind, f.text, stack = typeName(err), message(err), string(trace)+"\n"+stack
	case runtime.Error:
		f.text = "panic: " + message(v)
	case error:
		// An await's that has no stack, say: its error is what the user wants to see.
		f.kind, f.text = typeName(v), message(v)
	default:
		f.text = fmt.Sprintf("panic: %v", v)
	}
	f.frames = r.usersFrames(stack)
	return f
}

// message returns what an error says, and what fmt makes of one that panics when it is asked.
func message(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprint(err)
		}
	}()
	return err.Error()
}

// typeName returns the name of an error's type if others may know it.
func typeName(err error) string {
	name := strings.TrimLeft(fmt.Sprintf("%T", err), "*")
	if i := strings.LastIndexByte(name, '.'); i+1 < len(name) && 'A' <= name[i+1] && name[i+1] <= 'Z' {
		return name
	}
	return "error"
}

// tooLong ends the process on account of its cell.
func (r *run) tooLong() {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	stack, _, _ := strings.Cut(string(buf), "\n\n") // of this goroutine
	for section := range strings.SplitSeq(string(buf), "\n\n") {
		if strings.HasPrefix(section, "goroutine 1 ") {
			stack = section
		}
	}
	r.report(&failure{
		kind:   "TimeoutError",
		text:   fmt.Sprintf("the cell has not ended after %v (see --timeout)", r.timeout),
		frames: r.usersFrames(stack),
	})
	r.end(r.current, false)
	r.status = 1
	r.exit()
}

// traceback returns the lines that tell of the failure: "file:line: what", and the frames.
func (f *failure) traceback(c Cell) []string {
	if f.kind == "CompileError" {
		return strings.Split(f.text, "\n") // each has its position
	}
	at := c.place()
	if len(f.frames) > 0 {
		at = f.frames[0].Place
	}
	return Traceback(at, f.text, f.frames)
}

// Traceback returns the lines that tell what happened at a place, and the callers if there is more
// to say of them. A function that calls itself again and again has one line.
func Traceback(at, text string, callers []Caller) []string {
	lines := strings.Split(at+": "+text, "\n")
	if len(callers) == 1 && strings.HasPrefix(callers[0].Function, "cell_") {
		return lines
	}
	for len(callers) > 0 {
		c, n := callers[0], 1
		for n < len(callers) && callers[n] == c {
			n++
		}
		callers = callers[n:]
		switch line := "\t" + c.Place + ": in " + c.Function; {
		case c.Function == "":
			lines = append(lines, "\t"+c.Place)
		case n > 1:
			lines = append(lines, line+" ("+itoa(n)+" times)")
		default:
			lines = append(lines, line)
		}
	}
	return lines
}

func (r *run) usersFrames(stack string) []Caller {
	module := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		module = info.Main.Path
	}
	cells := map[string]bool{}
	for _, c := range r.Cells {
		cells[c.Name] = true
	}
	return Callers(stack, module, cells)
}

// Callers returns the frames of a stack trace, in the Go runtime's format, that are in one of the
// cells or in the user's module, innermost first.
func Callers(stack, module string, cells map[string]bool) []Caller {
	var frames []Caller
	var function string
	for line := range strings.Lines(stack) {
		line = strings.TrimRight(line, "\r\n")
		place, ok := strings.CutPrefix(line, "\t")
		if !ok {
			if strings.HasSuffix(line, " frames elided...") && len(frames) > 0 {
				frames = append(frames, Caller{"", line})
			}
			function = strings.TrimPrefix(line, "created by ")
			continue
		}
		place, _, _ = strings.Cut(place, " +0x")
		file := place
		if i := strings.LastIndexByte(place, ':'); i >= 0 {
			if file = place[:i]; strings.HasPrefix(place[i:], ":-") {
				place = file // the compiler's loops without a body have no line
			}
		}
		mine := module != "" && strings.HasPrefix(function, module+"/") && !isOurs(function)
		if cells[file] || mine {
			frames = append(frames, Caller{functionName(function), place})
		}
	}
	return frames
}

// isOurs reports whether a function is of a package of ours that emitted code imports.
func isOurs(function string) bool {
	return strings.Contains(function, "/"+VirtualDir+"/") || strings.HasPrefix(function, "github.com/cellwrap/cellwrap/")
}

// VirtualDir is the last element of the program's own import path, where the module of the user's
// is the program's too.
const VirtualDir = "_cellwrap"

// functionName returns the name of a function as a trace has it: "main.at(...)" is at.
func functionName(s string) string {
	if i := strings.Index(s, " in goroutine "); i >= 0 {
		s = s[:i]
	}
	if strings.HasSuffix(s, ")") {
		if i := strings.LastIndexByte(s, '('); i > 0 {
			s = s[:i]
		}
	}
	return strings.TrimPrefix(s, "main.")
}
