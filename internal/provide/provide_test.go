package provide

import (
	"go/parser"
	"go/token"
	"path"
	"strings"
	"testing"
)

// Each file of the runtime names its language, whatever systems it is for.
func TestLanguage(t *testing.T) {
	all, err := files()
	if err != nil {
		t.Fatal(err)
	}
	systems := 0
	for name, text := range all {
		if path.Ext(name) != ".go" {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			t.Error(err)
		} else if f.GoVersion != language {
			t.Errorf("%s is in the language %q", name, f.GoVersion)
		}
		if strings.Contains(string(text), "//go:build "+language+" && (linux || darwin)\n\npackage ") {
			systems++
		}
		if n := strings.Count(string(text), "//go:build "); n != 1 {
			t.Errorf("%s has %d constraints", name, n)
		}
	}
	if systems == 0 {
		t.Error("no file has a constraint of its own besides")
	}
}

func TestVendored(t *testing.T) {
	const module = "# github.com/cellwrap/cellwrap v0.0.0 => ./rt\n## explicit; go 1.18\n" +
		"github.com/cellwrap/cellwrap/reactor\ngithub.com/cellwrap/cellwrap/reactor/dynamic\ngithub.com/cellwrap/cellwrap/reactor/session\n"
	const replaced = "# github.com/cellwrap/cellwrap => ./rt\n"
	tests := []struct{ name, text, want string }{
		{"empty", "", module + replaced},
		{"workspace", "## workspace\n", "## workspace\n" + module + replaced},
		{"between", "# a.org/x v1.0.0\na.org/x\n# z.org/x v1.0.0\n## explicit\n", "# a.org/x v1.0.0\na.org/x\n" + module + "# z.org/x v1.0.0\n## explicit\n" + replaced},
		{"replacements", "# a.org/x v1.0.0 => ../x\n## explicit\na.org/x\n# a.org/x => ../x\n", "# a.org/x v1.0.0 => ../x\n## explicit\na.org/x\n" + module + "# a.org/x => ../x\n" + replaced},
		{"a name that begins like ours", "# github.com/cellwrap/cellwrap2 v1.0.0\n", module + "# github.com/cellwrap/cellwrap2 v1.0.0\n" + replaced},
		{"another version", "# github.com/cellwrap/cellwrap v1.0.0\n## explicit\ngithub.com/cellwrap/cellwrap/reactor\n", module + replaced},
		{"no line end", "# a.org/x v1.0.0", "# a.org/x v1.0.0\n" + module + replaced},
		{"an empty line", "\n# a.org/x v1.0.0\n", "\n# a.org/x v1.0.0\n" + module + replaced},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := vendored(tt.text, "./rt")
			if got != tt.want {
				t.Errorf("%s", got)
			}
			if again := vendored(got, "./rt"); again != got {
				t.Errorf("again:\n%s", again)
			}
		})
	}
}
