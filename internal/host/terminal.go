package host

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// texts are the sources of the cells by number.
var texts map[int]string

// readSources reads the cells' sources: for each a line with its number and length, and the text.
func (r *run) readSources() {
	data, err := os.ReadFile(r.sources)
	if err != nil {
		return
	}
	texts = map[int]string{}
	for rest := string(data); rest != ""; {
		head, tail, _ := strings.Cut(rest, "\n")
		number, length, _ := strings.Cut(head, " ")
		n, err1 := strconv.Atoi(number)
		size, err2 := strconv.Atoi(length)
		if err1 != nil || err2 != nil || size < 0 || size > len(tail) {
			return
		}
		texts[n], rest = tail[:size], tail[size:]
	}
}

// showIn shows a cell as IPython's terminal shows what was typed.
func (r *run) showIn(c Cell) {
	prompt := "In [" + itoa(r.count) + "]: "
	indent := strings.Repeat(" ", len(prompt)-len("...: ")) + "...: "
	var b strings.Builder
	if r.count > 1 {
		b.WriteByte('\n')
	}
	for i, line := range strings.Split(strings.TrimRight(texts[c.Number], "\r\n"), "\n") {
		if i == 0 {
			b.WriteString(r.paint(green, prompt))
		} else {
			b.WriteString(r.paint(green, indent))
		}
		b.WriteString(strings.TrimSuffix(line, "\r") + "\n")
	}
	fmt.Fprint(stdout, b.String())
}

// showOut shows what the cell ends in.
func (r *run) showOut(text string) {
	prompt := r.paint(red, "Out["+itoa(r.count)+"]: ")
	if strings.Contains(text, "\n") {
		prompt += "\n"
	}
	fmt.Fprintln(stdout, prompt+text)
}

const (
	red   = "31"
	green = "32"
)

func (r *run) red(text string) string { return r.paint(red, text) }

func (r *run) paint(color, text string) string {
	if !r.color {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}
