package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/tools/go/ast/astutil"
)

// reword makes an error about our call of Values one about what the cell returns, or about an
// await.
func (c *checker) reword(e *typeError) {
	if strings.HasPrefix(e.msg, "in call to "+c.runtime+".") && strings.Contains(e.msg, "Await") {
		c.rewordAwait(e)
		return
	}
	if !strings.HasPrefix(e.msg, "in call to "+c.runtime+".Values, cannot infer ") {
		return
	}
	path, _ := astutil.PathEnclosingInterval(c.file, e.pos, e.pos)
	for _, n := range path {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			continue
		}
		for _, arg := range call.Args {
			if sig, ok := c.info.Types[arg].Type.(*types.Signature); ok && sig.TypeParams().Len() > 0 {
				*e = typeError{pos: arg.Pos(), msg: "cannot use generic function " + types.ExprString(arg) + " without instantiation"}
				return
			}
		}
	}
}

// cellPositions returns msg with positions in the cell for those in the emission.
func (c *checker) cellPositions(msg string) string {
	file := c.fset.File(c.file.FileStart)
	msg = emissionPosition().ReplaceAllStringFunc(msg, func(s string) string {
		m := emissionPosition().FindStringSubmatch(s)
		line, _ := strconv.Atoi(m[1])
		column, _ := strconv.Atoi(m[2])
		off, ok := c.offset(file.LineStart(min(line, file.LineCount())) + token.Pos(column-1))
		if !ok {
			return "the emitted code"
		}
		at := c.cell.position(off)
		return fmt.Sprintf("%d:%d", at.Line, at.Column)
	})
	head, number, ok := strings.Cut(msg, "variable declaration at line ") // that a goto jumps over
	line, err := strconv.Atoi(number)
	if !ok || err != nil || line > file.LineCount() {
		return msg
	}
	start, end := file.Offset(file.LineStart(line)), len(c.text.text)
	if line < file.LineCount() {
		end = file.Offset(file.LineStart(line + 1))
	}
	in := c.text.lineIn(c.cell.source)(start, end)
	return fmt.Sprintf("%svariable declaration at line %d", head, in)
}

var emissionPosition = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(emissionName + `:(\d+):(\d+)`) })

// wording returns a message in the compiler's words, on one line. A value that the cell returns
// is an argument of ours in the emission. cells says that it is about the cell's text.
func (c *checker) wording(e typeError, cells bool) string {
	if problem, ok := c.problemAt(e.pos); ok {
		return problem.Text
	}
	msg := e.msg
	for _, f := range []string{"Values", "List"} {
		msg = strings.ReplaceAll(msg, " in argument to "+c.runtime+"."+f, " in return statement")
	}
	msg = c.awaitWording(msg)
	if m := c.cell.member; m != nil {
		msg = m.restore(strings.ReplaceAll(msg, " in argument to "+m.host+".Display", ""))
	}
	msg = strings.NewReplacer(
		"\n\t\t", "; ", "\n\t", "; ", // have …; want …
		" (declared at -)", "", // in a package whose positions are not known
	).Replace(msg)
	msg = c.cellPositions(msg) + c.hint(e.msg, e.pos)
	if off, ok := c.offset(e.pos); ok && e.msg == "undefined: "+await && c.cell.at(off).autoawait {
		msg += " (the operator stands before a name or a function: await d)"
	}
	if name, ok := strings.CutPrefix(e.msg, "undefined: "); ok {
		if other := c.opts.Env.otherPackage(c.file.Name.Name, name); other != "" {
			msg += " (package " + other + " here has it, and the cell's is " + c.file.Name.Name + "; see --package)"
		}
	}
	for _, r := range e.rest {
		msg += " (" + r.msg + c.place(r.pos) + ")"
	}
	if !cells && c.opts.Template != nil {
		msg += " (in the template)"
	}
	return msg
}

// place returns where the rest of a message is about.
func (c *checker) place(pos token.Pos) string {
	if !c.inEmission(pos) {
		return " at " + c.fset.Position(pos).String()
	}
	if off, ok := c.offset(pos); ok {
		at := c.cell.position(off)
		return fmt.Sprintf(" at %d:%d", at.Line, at.Column)
	}
	return ""
}
