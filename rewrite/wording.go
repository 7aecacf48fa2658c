package rewrite

import (
	"fmt"
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// reword makes an error about our call of Values one about what the cell returns, or about an
// await.
func (c *checker) reword(e *typeError) {
	if last := bareExpr(c.body.List); c.shape == inPlace && !c.opts.traits.cell && c.cell.member == nil && last != nil &&
		last.Pos() <= e.pos && e.pos < last.End() && strings.HasSuffix(e.msg, "is not used") {
		e.msg += " (a block shows no value: assign it)"
		return
	}
	if strings.HasPrefix(e.msg, "in call to "+c.runtime+".Await") || strings.HasPrefix(e.msg, "in call to "+c.runtime+".MustAwait") {
		c.rewordAwait(e)
		return
	}
	if !strings.HasPrefix(e.msg, "in call to "+c.runtime+".Values, cannot infer ") {
		return
	}
	call := c.valuesAt(e.pos)
	if call == nil {
		return
	}
	for _, arg := range call.Args {
		if sig, ok := c.info.Types[arg].Type.(*types.Signature); ok && sig.TypeParams().Len() > 0 {
			*e = typeError{pos: arg.Pos(), msg: "cannot use generic function " + types.ExprString(arg) + " without instantiation"}
			return
		}
	}
}

// cellPositions returns msg with positions in the cell for those in the emission.
func (c *checker) cellPositions(msg string) string {
	file := c.fset.File(c.file.FileStart)
	msg = emissionPosition().ReplaceAllStringFunc(msg, func(s string) string {
		m := emissionPosition().FindStringSubmatch(s)
		line, _ := strconv.Atoi(m[2])
		column, _ := strconv.Atoi(m[3])
		in, file := c, file
		if m[1] != "" && m[1] != strconv.Itoa(c.cell.member.Number) && c.others == nil {
			return "another cell"
		}
		for _, other := range c.others {
			if strconv.Itoa(other.cell.member.Number) == m[1] {
				in, file = other, other.fset.File(other.file.FileStart)
			}
		}
		pos := file.LineStart(min(line, file.LineCount())) + token.Pos(column-1)
		if _, ok := in.offset(pos); !ok {
			return "the emitted code"
		}
		return strings.TrimPrefix(in.placeFrom(c, pos), " at ")
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

var emissionPosition = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(emissionName + `(\d*):(\d+):(\d+)`) })

// wording returns a message in the compiler's words, on one line. A value that the cell returns
// is an argument of ours in the emission. cells says that it is about the cell's text.
func (c *checker) wording(e typeError, cells bool) string {
	if problem, ok := c.problemAt(e.pos); ok {
		return problem.Text + standardHint(problem.Text)
	}
	msg := e.msg
	for _, f := range []string{"Values", "List"} {
		msg = strings.ReplaceAll(msg, " in argument to "+c.runtime+"."+f, " in return statement")
	}
	msg = c.awaitWording(msg)
	if m := c.cell.member; m != nil {
		if name, ok := strings.CutPrefix(e.msg, "undefined: "); ok && m.isVariable(name) {
			off, _ := c.offset(e.pos)
			at, own := m.survey.locals[name]
			switch {
			case m.survey.inDeclaration(off):
				msg = name + " is a variable, which a constant or a type at the top of a cell cannot use"
			case at > off:
				later := c.cell.position(at)
				msg = fmt.Sprintf("%s is used here and declared later, at %d:%d", name, later.Line, later.Column)
			case own:
				msg = name + " is used in its own definition (declare it before, with var)"
			}
		}
		msg += m.methodHint(e.msg)
		msg = m.restore(strings.ReplaceAll(msg, " in argument to "+m.host+".Display", ""))
	}
	msg = strings.NewReplacer(
		"\n\t\t", "; ", "\n\t", "; ", // have …; want …
		" (declared at -)", "", // in a package whose positions are not known
	).Replace(msg)
	msg = c.cellPositions(msg) + c.hint(e.msg, e.pos) + c.handleHint(e) + stringHint(e.msg) + c.leftOutHint(e) + c.endedHint(e.msg)
	if off, ok := c.offset(e.pos); ok {
		msg += c.cell.undefinedHint(e.msg, off)
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
	for _, other := range c.others {
		if other.inEmission(pos) {
			return other.placeFrom(c, pos)
		}
	}
	if !pos.IsValid() {
		return ""
	}
	if !c.inEmission(pos) {
		return " at " + c.fset.Position(pos).String() + c.opts.Env.madeFromNothing(c.fset.PositionFor(pos, false).Filename)
	}
	return c.placeFrom(c, pos)
}

// placeFrom returns where in c's cell a position of its emission is, for a message about the cell of
// from.
func (c *checker) placeFrom(from *checker, pos token.Pos) string {
	off, ok := c.offset(pos)
	if !ok {
		return ""
	}
	at := c.cell.position(off)
	if c.cell != from.cell {
		return " at " + at.String()
	}
	return fmt.Sprintf(" at %d:%d", at.Line, at.Column)
}
