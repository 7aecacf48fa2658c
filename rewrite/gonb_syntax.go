package rewrite

import (
	"bytes"
	"go/parser"
	"go/token"
	"strings"
)

// checkSyntax refuses a cell that passes to GoNB and that no parser takes: the kernel can know no better, and its
// words for it are about the file that it makes of the cell. What only our own rules refuse is for the kernel to judge.
func (s *source) checkSyntax(opts *Options) *Error {
	if !opts.traits.sessions || isGoNBsOwnCell(s.text[s.bom:]) {
		return nil
	}
	g := s.asGoNB()
	if g.misplaced {
		return nil
	}
	if err := s.checkDirectives(g.code); err != nil {
		return err
	}
	if g.parses() {
		return nil
	}
	src := *s
	src.text = g.code
	c, err := split(&src, nil, &Options{traits: opts.traits, syntaxOnly: true})
	if err == nil {
		c.settings = []setting{{0, settings{autoawait: true}}}
		_, err = parse(c)
	}
	if err == nil || !err.syntax {
		return nil
	}
	return err
}

// checkDirectives refuses a line directive, which makes GoNB look for a line that it does not have, and end.
func (s *source) checkDirectives(code []byte) *Error {
	for t := newTokens(code); t.next(); {
		if t.tok == token.COMMENT && (t.lit[1] == '*' || t.flush()) && isLineDirective(t.lit) {
			return s.errorf(t.off, lineDirective)
		}
	}
	return nil
}

const lineDirective = "GoNB cannot run a cell with a line directive (remove it)"

// isLineDirective reports whether go/scanner takes a comment for a line directive: it ends in a colon and a number.
func isLineDirective(comment string) bool {
	text, ok := strings.CutPrefix(strings.TrimSuffix(comment[len("//"):], "*/"), "line ")
	i := strings.LastIndexByte(text, ':')
	return ok && i >= 0 && i+1 < len(text) && strings.Trim(text[i+1:], "0123456789") == ""
}

// isGoNBsOwnCell reports whether the first line says that the cell is no Go.
func isGoNBsOwnCell(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return isHostCell(bytes.TrimPrefix(text[:lineEnd(text, 0)], []byte(gonbComment)))
}

// gonbReading is what GoNB makes of a cell, which it looks at line by line.
type gonbReading struct {
	code []byte // the cell, with GoNB's own lines blank
	file []byte // the file that it parses
	// misplaced: a line that would make the cell another language's is not the first, of which GoNB says more.
	misplaced bool
}

func (g *gonbReading) parses() bool {
	_, err := parser.ParseFile(token.NewFileSet(), "", g.file, parser.SkipObjectResolution)
	return err == nil
}

// asGoNB reads a cell as GoNB does: without commands, each with the lines that it goes on in, and without lines
// that begin with package; %% and %main begin a func main, and %exec is one.
func (s *source) asGoNB() *gonbReading {
	g := &gonbReading{code: bytes.Clone(s.text), file: []byte("package main\n")}
	end, goesOn := "", false
	off := s.bom
	for line := range bytes.Lines(s.text[s.bom:]) {
		at := off
		off += len(line)
		line = bytes.TrimSuffix(line, []byte("\n"))
		name, rest := cutWord(string(bytes.TrimPrefix(line, []byte(gonbComment))))
		own := goesOn || isCommand(line)
		goesOn = own && bytes.HasSuffix(line, []byte(`\`))
		switch {
		case name == "%%" || strings.HasPrefix(name, "%main"):
			g.file, end = append(g.file, "func main() {"...), "}\n"
		case name == "%exec":
			g.file = append(g.file, "func main() { "+firstWord(rest)+"() }"...)
		case own:
			g.misplaced = g.misplaced || isHostCell([]byte(name))
		case bytes.HasPrefix(line, []byte("package")):
		default:
			g.file = append(append(g.file, line...), '\n')
			continue
		}
		blank(g.code[at : at+len(line)])
		g.file = append(g.file, '\n')
	}
	g.file = append(g.file, end...)
	return g
}

func firstWord(text string) string {
	word, _ := cutWord(strings.TrimLeft(text, " \t"))
	return word
}
