package rewrite

import (
	"bytes"
	"fmt"
	"strings"
)

// lined returns the fragment with directives that give every piece its position in the cell, and
// the lines that are ours one in the file itself, of the given name.
func (f *fragment) lined(src *source, name string) *fragment {
	l := liner{src: src, out: &fragment{text: make([]byte, 0, len(f.text)+len(f.text)/4)}, name: name}
	at := 0
	for _, p := range f.pieces {
		l.ours(f.text[at:p.at])
		l.piece(f.text[p.at:p.at+p.n], p.src)
		at = p.at + p.n
	}
	l.ours(f.text[at:])
	return l.out
}

// liner puts directives into a text while it keeps count of which position the compiler takes it
// for.
type liner struct {
	src   *source
	out   *fragment
	name  string
	lines int // of out
	line  int // of the cell, or 0 for out itself
	col   int
}

// add adds text that is at the position which it will be taken for.
func (l *liner) add(text []byte) {
	l.out.text = append(l.out.text, text...)
	if n := bytes.Count(text, []byte("\n")); n > 0 {
		l.lines += n
		l.col = 1
		if l.line > 0 {
			l.line += n
		}
		text = text[bytes.LastIndexByte(text, '\n')+1:]
	}
	l.col += len(text)
}

func (l *liner) ours(text []byte) {
	if i := bytes.IndexByte(text, '\n'); i >= 0 && l.line > 0 && len(bytes.Trim(text[i:], "\n})")) > 0 {
		l.add(text[:i+1])
		text = text[i+1:]
		l.out.add(fmt.Sprintf("//line %s:%d:1\n", l.name, l.lines+2))
		l.lines++
		l.line = 0
	}
	l.add(text)
}

// piece adds the cell's text at off.
func (l *liner) piece(text []byte, off int) {
	if n := len(text) - len(bytes.TrimLeft(text, " \t\r\n")); n == len(text) && n > 0 {
		l.blank(text, off)
		return
	} else if n > 0 {
		if i := bytes.LastIndexByte(text[:n], '\n') + 1; i > 0 {
			l.blank(text[:i], off)
			text, off = text[i:], off+i
		}
	}
	pos := l.src.position(off)
	if name := l.src.name; (pos.Line != l.line || pos.Column != l.col) && lineable(name) {
		if n := len(l.out.text); n == 0 || l.out.text[n-1] == '\n' {
			l.out.add(fmt.Sprintf("//line %s:%d:%d\n", name, pos.Line, pos.Column))
			l.lines++
		} else {
			l.out.add(fmt.Sprintf("/*line %s:%d:%d*/", name, pos.Line, pos.Column))
		}
		l.line, l.col = pos.Line, pos.Column
	}
	l.out.pieces = append(l.out.pieces, piece{len(l.out.text), off, len(text)})
	l.add(text)
}

// blank adds white space, which needs no position.
func (l *liner) blank(text []byte, off int) {
	l.out.pieces = append(l.out.pieces, piece{len(l.out.text), off, len(text)})
	l.add(text)
}

// lineable reports whether a cell's name can stand in a directive.
func lineable(name string) bool {
	return name != "-" && !strings.ContainsAny(name, "\r\n\x00") && !strings.Contains(name, "*/")
}
