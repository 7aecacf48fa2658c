package rewrite

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// emission returns what is checked of a cell: its functions, and its statements as one more. What
// its declarations declare is in the package already.
func (m *member) emission(p *plan) (f *fragment, bodyAt int) {
	f = m.head(p)
	f.append(hoistedText(m.syntax.cell, p, p.bodyless))
	f.add("func _() {\n")
	if m.result != nil {
		f.add("_ = ")
	}
	bodyAt = m.addBody(f, p)
	f.add("}\n")
	return f, bodyAt
}

// text returns the cell's file, without the //line directives.
func (m *member) text() *fragment {
	p := m.plan
	f := m.head(p)
	f.append(hoistedText(m.syntax.cell, p, nil))
	f.add("\nfunc " + m.function() + "() {\n")
	for _, d := range m.defines {
		if d.tok == token.FUNC && d.declared != d.emitted {
			f.mark(d.off)
			f.add(d.emitted + " = " + d.declared + "\n")
		}
	}
	for _, it := range m.survey.items {
		for _, id := range it.names {
			if id.name == "init" && !it.stays {
				f.mark(id.off)
				f.add(m.initName(id) + "()\n")
			}
		}
	}
	if p.shape != cellFunc {
		f.mark(m.syntax.headerOff())
	}
	if m.result != nil {
		f.add(m.result.emitted + " = ")
	}
	m.addBody(f, p)
	if d := m.own["main"]; d != nil && d.tok == token.FUNC {
		f.mark(d.off)
		f.add(d.emitted + "()\n")
	}
	f.add("}\n")
	return f
}

// head returns the package clause and the imports of the cell's file.
func (m *member) head(p *plan) *fragment {
	f := &fragment{}
	f.add("package main\n\n")
	for _, imp := range p.imports {
		f.add("import ")
		if imp.off >= 0 {
			f.mark(imp.off)
		}
		f.add(strings.TrimSpace(imp.Name+" "+imp.Path) + "\n")
	}
	if p.display || p.shape == cellCoroutine {
		f.add("import " + m.host + " " + strconv.Quote(m.opts.Host) + "\n")
	}
	return f
}

// addBody adds the statements, in their closure if there is one, and returns where they begin.
func (m *member) addBody(f *fragment, p *plan) (at int) {
	header, tail := p.header(), "})\n"
	switch {
	case p.shape == cellFunc:
		header, tail = "", ""
	case p.shape == cellCoroutine:
		header, tail = "if _, err := "+header, "}); err != nil {\n"+m.host+".Fail(err)\n}\n"
	case m.result == nil:
		header = "_ = " + header
	}
	f.add(header)
	at = len(f.text)
	if i := slices.IndexFunc(p.edits, func(e edit) bool { return e.text != "" }); i >= 0 {
		if first := p.edits[i].start; len(bytes.TrimSpace(m.syntax.code[:first])) == 0 {
			f.mark(first) // a call of ours that the body begins with
		}
	}
	f.append(p.edits.apply(m.syntax.source, 0, len(m.Source)))
	if f.add("\n"); p.closing != "" {
		f.add(p.closing + "\n")
	}
	f.add(tail)
	return at
}

// initName returns the name of a func init of the cell's, which runs when the cell does.
func (m *member) initName(id ident) string {
	return "init_" + strconv.Itoa(m.Number) + "_" + strconv.Itoa(id.off)
}

// blankDeclarations leaves of a file only what is in functions, which all get the name _.
func blankDeclarations(f *ast.File) {
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		if fn, ok := d.(*ast.FuncDecl); ok {
			fn.Name = &ast.Ident{NamePos: fn.Name.NamePos, Name: "_"}
			return fn.Body == nil
		}
		return d.(*ast.GenDecl).Tok != token.IMPORT
	})
}

// resultType returns the type of what a cell in the background is at once.
func (c *checker) resultType() types.Type {
	fn := c.file.Decls[len(c.file.Decls)-1].(*ast.FuncDecl)
	return c.info.TypeOf(fn.Body.List[0].(*ast.AssignStmt).Rhs[0])
}

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

// mainFile returns main.go: the variables, and the cells in order.
func (p *program) mainFile() []byte {
	imports := map[string]string{} // names by path
	used := maps.Clone(p.taken)
	used[p.host] = true
	qualifier := func(pkg *types.Package) string {
		if pkg == p.pkg {
			return ""
		}
		name, ok := imports[pkg.Path()]
		if !ok {
			if name = pkg.Name(); used[name] {
				name = numbered(name, used)
			}
			used[name] = true
			imports[pkg.Path()] = name
		}
		return name
	}
	var vars, b bytes.Buffer
	for _, d := range p.vars {
		if d.by.errs == nil {
			fmt.Fprintf(&vars, "\t%s %s\n", d.emitted, types.TypeString(d.obj.Type(), qualifier))
		}
	}
	b.WriteString("// Code generated by cellwrap; DO NOT EDIT.\n\npackage main\n\nimport (\n")
	imports[p.opts.Host] = p.host
	for _, path := range slices.Sorted(maps.Keys(imports)) {
		fmt.Fprintf(&b, "\t%s %q\n", imports[path], path)
	}
	b.WriteString(")\n\n")
	if vars.Len() > 0 {
		fmt.Fprintf(&b, "var (\n%s)\n\n", vars.Bytes())
	}
	fmt.Fprintf(&b, "func main() {\n\t%s.Main(\n", p.host)
	for _, m := range p.members {
		fmt.Fprintf(&b, "\t\t%s.Cell{Number: %d, Name: %q, ", p.host, m.Number, m.opts.Filename)
		if m.errs == nil {
			fmt.Fprintf(&b, "Run: %s", m.function())
		} else {
			fmt.Fprintf(&b, "Err: %q", m.errs.Error())
		}
		if needs := m.needed(); needs != nil {
			fmt.Fprintf(&b, ", Needs: %#v", needs)
		}
		b.WriteString("},\n")
	}
	b.WriteString("\t)\n}\n")
	text, err := format.Source(b.Bytes())
	if err != nil {
		return b.Bytes() // the check of the whole says what is wrong
	}
	return text
}
