package rewrite

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
)

// emit puts the emission's parts together, unformatted. A skeleton of the user's is checked
// with them; cellwrap's own are known.
func (c *checker) emit() *Error {
	f := &fragment{}
	c.text = f
	if m := c.cell.member; m != nil {
		c.text, c.bodyAt = m.emission(c.plan)
		c.bodyEnd = len(c.text.text)
		return nil
	}
	if c.opts.traits.inside && c.emitInFile() {
		return nil
	}
	head, header, tail := "package "+c.opts.Package+"\n", c.header(), "})\n"
	var imports strings.Builder
	for _, imp := range c.imports {
		imports.WriteString("import " + imp.Name + " " + imp.Path + "\n")
	}
	head += imports.String()
	if c.opts.traits.inside {
		head += "import " + c.runtime + " " + strconv.Quote(c.opts.Runtime) + "\n"
	}
	switch {
	case c.shape == inPlace:
		header, tail = "func _() {\n", "}\n"
	case c.opts.traits.inside:
		head, header, tail = head+"func _() {\n", c.blockHeader(), tail+"_ = "+c.name+"\n}\n"
		if c.name == "_" {
			tail = "})\n}\n"
		}
	case c.shape == cellFunc:
		header, tail = "func main() {\n", "}\n"
	case c.shape == cellCoroutine:
		header, tail = "func main() {\n"+header, tail+"}\n"
	case c.opts.Template != nil, c.opts.traits.cell:
		text, err := c.fill(c.opts)
		if err != nil {
			return &Error{Pos: err.Pos, Msg: err.Msg}
		}
		head, header, tail = string(text.Head), string(text.Header), string(text.Tail)
	default:
		header = "var " + c.name + " = " + header
	}
	f.add(head)
	f.append(hoistedText(c.cell, c.plan, c.bodyless))
	f.add(header)
	c.addBody()
	f.add("\n" + c.closing + "\n" + tail)
	return nil
}

// emitInFile puts a block's emission into the file around it, and imports the runtime there if
// the user has yet to do that. It fails if there is no such file.
func (c *checker) emitInFile() bool {
	before := c.opts.Before
	clause := clauseOf(before)
	if clause == nil {
		return false
	}
	f := c.text
	at := int(clause.Name.End() - clause.FileStart)
	f.add(string(before[:at]))
	if _, ok := runtimeIn(clause, c.opts.Runtime); !ok {
		c.unimported = true
		f.add("; import " + c.runtime + " " + strconv.Quote(c.opts.Runtime))
	}
	f.add(string(before[at:]))
	c.headerAt = len(f.text)
	if c.shape != inPlace {
		f.add(c.blockHeader())
	}
	c.addBody()
	if f.add("\n"); c.shape != inPlace {
		f.add(c.closing + "\n})\n")
	}
	f.add(string(c.opts.After))
	parses := func() bool {
		_, err := parser.ParseFile(token.NewFileSet(), "", f.text, parser.SkipObjectResolution)
		return err == nil
	}
	if !parses() {
		c.otherAwaits = blankAwaits(f.text)
		if !c.otherAwaits || !parses() {
			*f = fragment{}
			return false
		}
	}
	c.inFile = true
	return true
}

// addBody adds the cell's statements, as they are edited.
func (c *checker) addBody() {
	c.bodyAt = len(c.text.text)
	c.text.append(c.edits.apply(c.cell.source, 0, len(c.cell.text)))
	c.bodyEnd = len(c.text.text)
}

// clauseOf returns the package clause and the imports of a file that begins with text, or nil.
func clauseOf(text []byte) *ast.File {
	f, _ := parser.ParseFile(token.NewFileSet(), "", text, parser.ImportsOnly|parser.SkipObjectResolution)
	if f == nil || !f.Package.IsValid() || f.Name.Name == "_" {
		return nil // the rest of the file may be cut off, so there may be an error all the same
	}
	return f
}

// runtimeIn returns the name by which a file imports the runtime.
func runtimeIn(f *ast.File, runtime string) (string, bool) {
	for _, spec := range f.Imports {
		if name := localName(spec); unquote(spec.Path.Value) == runtime && token.IsIdentifier(name) && name != "_" {
			return name, true
		}
	}
	return "", false
}

// header returns what the body stands behind, but for the variable.
func (p *plan) header() string {
	name := ""
	if p.named {
		name = "_ "
	}
	runner, first, param := p.runtime, "", ""
	if p.session != "" {
		runner = p.session
	}
	if p.timeout != "" {
		first = p.timeout + ", "
	}
	if p.co != "" {
		param = p.co + " *" + p.runtime + ".Coroutine"
	}
	return runner + "." + p.run + "(" + first + "func(" + param + ") (" + name + p.returns() + ", " + name + "error) {\n"
}

// blockHeader is header with the variable of a block.
func (p *plan) blockHeader() string {
	if p.name == "_" {
		return "_ = " + p.header()
	}
	return p.name + " := " + p.header()
}

// emissionName stands for the emission in messages of go/types that hold positions.
const emissionName = "emission"

// emissionName returns what stands for the cell's: of a program, messages hold those of other cells
// too.
func (c *cell) emissionName() string {
	if c.member == nil {
		return emissionName
	}
	return emissionName + strconv.Itoa(c.member.Number)
}

// parse parses the emission and finds the body in it.
func (c *checker) parse() *Error {
	c.fset = c.opts.Env.fset
	if c.cell.member != nil {
		c.fset = c.cell.member.fset
	}
	f, err := parser.ParseFile(c.fset, c.cell.emissionName(), c.text.text, parser.SkipObjectResolution)
	if err != nil {
		return c.cell.errorf(c.cell.headerOff(), "%v", err)
	}
	c.file, c.spared = f, spareJumps(f)
	if c.cell.member != nil {
		blankDeclarations(f)
	}
	before := f.FileStart + token.Pos(c.bodyAt) - 1 // the end of a line of ours
	path, _ := astutil.PathEnclosingInterval(f, before, before)
	for _, n := range path {
		switch n := n.(type) {
		case *ast.FuncLit:
			if n.Body.Lbrace < f.FileStart+token.Pos(c.bodyAt) { // else the cell begins with it
				c.body = n.Body
			}
		case *ast.FuncDecl:
			if c.shape == inPlace || c.shape == cellFunc {
				c.body = n.Body
			}
		}
		if c.body != nil {
			return nil
		}
	}
	return c.cell.errorf(c.cell.headerOff(), "the cell's text leaves its closure")
}
