package rewrite

import "go/token"

var runInReactor = magic{
	name:    "run_in_reactor",
	cell:    true,
	args:    "[name]",
	summary: "run the cell on the reactor and put its EventualResult into name",
	help: `Runs the cell on the reactor, in the background, and assigns its EventualResult
to the variable name. Without a name, nothing is bound. A later cell asks for
the result:

    v, err := name.Wait(2 * time.Second)`,
	apply: func(s *settings, args []arg) (string, error) {
		s.wrap = true
		for i, a := range args {
			if err := checkName(a.text); err != "" {
				return "", argErrorf(a, "%s", err)
			}
			if i > 0 {
				return "", argErrorf(a, "run_in_reactor takes one name")
			}
			s.name = a
		}
		return "", nil
	},
}

// checkName returns why name cannot be a variable's, or "".
func checkName(name string) string {
	switch {
	case token.IsKeyword(name):
		return "the variable's name is a Go keyword: " + name
	case !token.IsIdentifier(name):
		return "the variable's name is not a Go identifier: " + name
	}
	return ""
}
