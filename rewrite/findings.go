package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/cellwrap/cellwrap/internal/importer"
)

// findings sorts what go/types says: what a plan can mend becomes facts, what the context does
// not tell a warning, and the rest errors, in the order of the cell.
//
// broken is what is wrong with the package's other files, if anything is.
func (c *checker) findings(broken string) (more bool, _ error) {
	var found []finding
	for _, e := range slices.Concat(c.errs, c.importErrors()) {
		c.reword(&e)
		if !c.inEmission(e.pos) {
			// Of a cycle through several files, a part may be the cell's.
			at := e.pos
			i := slices.IndexFunc(e.rest, func(r typeError) bool { return c.inEmission(r.pos) })
			if i < 0 {
				if !e.soft && broken == "" && c.opts.OutputName != "" && !c.inBody(e.pos) {
					broken = fmt.Sprintf("%s: %s", c.fset.Position(e.pos), e.msg)
				}
				continue
			}
			if e.pos, e.rest = e.rest[i].pos, slices.Clone(e.rest); strings.HasPrefix(e.rest[i].msg, "other declaration of ") {
				e.rest[i].pos = at
			}
		}
		off, ok := c.offset(e.pos)
		if !ok {
			off = c.cell.headerOff() // for something of ours
		}
		switch {
		case c.ignores(e):
		case c.mends(e, off, ok):
			more = true
		case c.incomplete(e, off):
		case !ok && c.seeks() && (c.inFile || c.opts.Template != nil):
			// What stands around the cell may need the result's type.
		case !ok && c.inFile && !c.inHeader(e):
			// What stands around the cell is not ours to judge.
		default:
			found = append(found, finding{e, off, ok})
		}
	}
	if broken != "" && !c.seeks() {
		c.warn(c.cell.headerOff(), "the package does not compile: %s", broken)
	}
	if c.otherAwaits && !c.seeks() {
		c.warn(c.cell.headerOff(), "the file has other awaits, and what they give is not known")
	}
	if len(found) > 0 {
		return false, c.refusal(found)
	}
	return more, nil
}

// importErrors returns the errors about the emission's imports which go/types leaves out because another file of the package
// has the same import: it tells of each path once.
func (c *checker) importErrors() []typeError {
	told := map[token.Pos]bool{}
	for _, e := range c.errs {
		told[e.pos] = true
	}
	var list []typeError
	for _, spec := range c.file.Imports {
		if problem, ok := c.found.Problems[unquote(spec.Path.Value)]; ok && !told[spec.Path.Pos()] {
			list = append(list, typeError{pos: spec.Path.Pos(), msg: problem.Text})
		}
	}
	return list
}

// finding is an error that refuses the cell.
type finding struct {
	typeError
	off  int
	cell bool // it is about the cell's text
}

// maxErrors is how many type errors of a cell are reported, as by the compiler.
const maxErrors = 10

// inBody reports whether a position is in a function's body in one of the package's other files.
// Those count only for cycles.
func (c *checker) inBody(pos token.Pos) bool {
	for _, f := range c.files {
		if f.FileStart <= pos && pos < f.FileEnd {
			return slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
				fn, ok := d.(*ast.FuncDecl)
				return ok && fn.Body != nil && fn.Body.Pos() <= pos && pos < fn.Body.End()
			})
		}
	}
	return false
}

// inHeader reports whether an error is about what a block's cell stands behind, other than that
// nothing uses the variable yet.
func (c *checker) inHeader(e typeError) bool {
	at := int(e.pos - c.file.FileStart)
	_, unused := unusedVar(e.msg)
	return c.headerAt <= at && at < c.bodyAt && !unused
}

// inEmission reports whether a position is not in one of the package's other files.
func (c *checker) inEmission(pos token.Pos) bool {
	return c.file.FileStart <= pos && pos <= c.file.FileEnd
}

// offset returns where in the cell a position of the emission is.
func (c *checker) offset(pos token.Pos) (int, bool) {
	at := int(pos - c.file.FileStart)
	if spec := importAt(c.file, pos); spec != nil {
		imp := c.importOf(spec)
		return imp.off, imp.off >= 0
	}
	return c.text.offset(at)
}

// mends notes what the next plan will mend.
func (c *checker) mends(e typeError, off int, ok bool) bool {
	if !ok {
		return false
	}
	if name, ok := unusedVar(e.msg); ok && c.know.unused[off] == "" {
		c.know.unused[off] = name
		return true
	}
	if isUnusedImport(e.msg) && !c.know.dropped[off] {
		c.know.dropped[off] = true
		return true
	}
	return false
}

// unusedVar returns the variable that a message calls unused. Only the text of a message tells
// what it says.
func unusedVar(msg string) (string, bool) {
	if name, ok := strings.CutPrefix(msg, "declared and not used: "); ok {
		return name, true
	}
	return strings.CutSuffix(msg, " declared and not used") // of a type switch
}

func isUnusedImport(msg string) bool {
	return strings.HasSuffix(msg, " and not used") && strings.Contains(msg, `" imported `)
}

// ignores reports whether an error is no error of what will be emitted.
func (c *checker) ignores(e typeError) bool {
	if c.isSpared(e) {
		return true
	}
	if last := c.finalCall(); last != nil && last.Pos() <= e.pos && e.pos < last.End() && strings.HasSuffix(e.msg, "is not used") {
		return true // it will be returned
	}
	if c.shape == inPlace && (c.isUnusedLocal(e) || !c.inFile && strings.HasPrefix(e.msg, "too many return values")) {
		return true // for the rest of the function to use, and to declare
	}
	if name, ok := unusedVar(e.msg); ok {
		return c.wants(name)
	}
	if c.seeks() && strings.HasSuffix(e.msg, " in argument to "+c.runtime+".Values (overflows)") {
		return true // as an int; another return may have a type that it fits
	}
	if last := bareExpr(c.body.List); c.shape == inPlace && c.opts.traits.cell && last != nil &&
		last.Pos() <= e.pos && e.pos < last.End() && strings.HasSuffix(e.msg, "is not used") {
		return true // an interpreter shows it
	}
	if c.cell.member != nil && isUnusedImport(e.msg) {
		return true // by what is checked of a program's cell alone
	}
	if c.opts.traits.cell && isUnusedImport(e.msg) {
		return true // by later cells it may be, and a kernel takes it
	}
	// What the bodies that are left out use is not known yet.
	return len(c.bodyless) > 0 && (isUnusedImport(e.msg) || e.msg == "generic function is missing function body")
}

// isSpared reports whether an error says that nothing uses a label, which only gotos use that go/types did not get.
func (c *checker) isSpared(e typeError) bool {
	return c.spared[e.pos] && strings.HasPrefix(e.msg, "label ") && strings.HasSuffix(e.msg, " declared and not used")
}

// isUnusedLocal reports whether an error says that nothing uses a variable of the body's own.
func (c *checker) isUnusedLocal(e typeError) bool {
	_, unused := unusedVar(e.msg)
	return unused && c.declaresLocal(e.pos)
}

// problemAt returns why the import that stands at pos could not be had.
func (c *checker) problemAt(pos token.Pos) (importer.Problem, bool) {
	if spec := importAt(c.file, pos); spec != nil {
		problem, ok := c.found.Problems[unquote(spec.Path.Value)]
		return problem, ok
	}
	return importer.Problem{}, false
}

// incomplete reports whether an error tells of something that the context does not, and warns
// of the first such thing.
func (c *checker) incomplete(e typeError, off int) bool {
	if problem, ok := c.problemAt(e.pos); ok {
		if problem.Definite && c.importsItself(e.pos) {
			return false
		}
		c.warn(off, "%s", problem.Text)
		return true
	}
	name, ok := strings.CutPrefix(e.msg, "undefined: ")
	if !ok {
		return false
	}
	if c.opts.past.doubts(name) && c.endedHint(e.msg) == "" {
		c.warn(off, "%s (the cell that may define it could not be checked)", e.msg)
		return true
	}
	if c.broken {
		return true // of which a warning says more
	}
	if c.opts.traits.inside && !c.inFile {
		c.warn(off, "%s%s", e.msg, c.cell.undefinedHint(e.msg, off))
		return true
	}
	// A package that was not found may have any name.
	return c.selects(e.pos) && slices.ContainsFunc(c.file.Imports, func(spec *ast.ImportSpec) bool {
		_, ok := c.found.Problems[unquote(spec.Path.Value)]
		return ok && spec.Name == nil
	})
}

// importsItself reports whether the import at pos is the cell's: others are of the file around a block, or of what is emitted.
func (c *checker) importsItself(pos token.Pos) bool {
	_, ok := c.offset(pos)
	return ok && !c.inFile
}

// warn notes why the result may be unknown. One reason is enough.
func (c *checker) warn(off int, format string, args ...any) {
	if c.know.incomplete == nil {
		d := c.cell.warning(off, format, args...)
		c.know.incomplete = &d
	}
}
