package importer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cellwrap/cellwrap/internal/process"
)

// The go command reads imports from a file that exists only in an overlay, in
// the directory of the cell: so it applies the rules for that place, which it
// does not for paths on its command line. The build constraint keeps the file
// out of the package of the directory; a file named on the command line is
// exempt from it.
const (
	virtualName   = "cellwrap-imports.go"
	virtualHeader = "//go:build ignore\n\npackage p\n\n"
	headerLines   = 4
)

// A listed is a package as go list prints it.
type listed struct {
	ImportPath, Name, Dir, Export string
	GoFiles, CgoFiles             []string // asked for offline
	Standard                      bool
	Module                        *listedModule
	Imports                       []string
	ImportMap                     map[string]string
	Error                         *listedError
	DepsErrors                    []*listedError
}

type listedModule struct {
	Version, Dir string
	GoVersion    string
	Replace      *listedModule
}

type listedError struct{ Pos, Err string }

const listFields = "ImportPath,Name,Dir,Export,Standard,Module,Imports,ImportMap,Error,DepsErrors,GoFiles,CgoFiles"

// A listing is what one run of go list printed.
type listing struct {
	packages map[string]*listed // by their own path
	self     *listed            // the package of the virtual file
	stderr   string
}

// list lists the packages that paths are, resolved at the site, and all their
// dependencies, and builds their export data unless the site is offline. The only error is that of ctx:
// any other becomes the listing's stderr.
func (s *site) list(ctx context.Context, paths []string) (*listing, error) {
	if s.goCmd == "" {
		return &listing{stderr: "no go command on PATH"}, nil
	}
	if _, err := os.Stat(s.dir); err != nil {
		// Else it is said of the go command that it does not exist.
		return &listing{stderr: err.Error()}, nil
	}
	temp, err := os.MkdirTemp(os.Getenv("GOTMPDIR"), "cellwrap-importer-")
	if err != nil {
		return &listing{stderr: oneLine(err.Error())}, nil
	}
	defer os.RemoveAll(temp)
	overlay, err := writeOverlay(temp, filepath.Join(s.dir, virtualName), paths)
	if err != nil {
		return &listing{stderr: oneLine(err.Error())}, nil
	}

	args := append([]string{"list", "-e", "-deps", "-json=" + listFields, "-overlay=" + overlay}, s.listFlags()...)
	if s.hasFlag("mod=mod") {
		args = append(args, "-mod=readonly") // to look is not to edit go.mod
	}
	cmd := exec.CommandContext(ctx, s.goCmd, append(args, "--", virtualName)...)
	cmd.Dir = s.dir
	// A go command that is killed leaves its work directory; there it goes with ours.
	cmd.Env = append(cmd.Environ(), "GOTMPDIR="+temp)
	if s.offline {
		cmd.Env = append(cmd.Env, offlineEnv...)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = time.Second
	process.OwnGroup(cmd)
	runErr := cmd.Run()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l := &listing{packages: map[string]*listed{}, stderr: stderr.String()}
	if strings.TrimSpace(l.stderr) == "" && runErr != nil {
		l.stderr = "go list: " + runErr.Error()
	}
	for dec := json.NewDecoder(&stdout); ; {
		p := new(listed)
		if err := dec.Decode(p); err != nil {
			if !errors.Is(err, io.EOF) {
				l.stderr = cmp.Or(l.stderr, "go list: "+err.Error())
			}
			return l, nil
		}
		if p.ImportPath == "command-line-arguments" {
			l.self = p
		} else {
			l.packages[p.ImportPath] = p
		}
	}
}

// writeOverlay writes the overlay file and what it puts in place of the file
// virtual into the directory temp.
func writeOverlay(temp, virtual string, paths []string) (file string, err error) {
	var src strings.Builder
	src.WriteString(virtualHeader)
	for _, path := range paths {
		fmt.Fprintf(&src, "import _ %q\n", path)
	}
	imports := filepath.Join(temp, "imports.go")
	file = filepath.Join(temp, "overlay.json")
	replace := map[string]map[string]string{"Replace": {virtual: imports}}
	data, err := json.Marshal(replace)
	if err != nil {
		return "", err
	}
	return file, errors.Join(
		os.WriteFile(imports, []byte(src.String()), 0o600),
		os.WriteFile(file, data, 0o600))
}

// refused returns the index in paths of the import that the go command refuses
// on account of the importing file, and why. It tells one at a time.
func (l *listing) refused(paths []string) (int, string) {
	if l.self == nil || l.self.Error == nil {
		return -1, ""
	}
	pos := strings.Split(l.self.Error.Pos, ":")
	if len(pos) < 2 || filepath.Base(pos[0]) != virtualName {
		return -1, ""
	}
	line, err := strconv.Atoi(pos[1])
	if i := line - headerLines - 1; err == nil && 0 <= i && i < len(paths) {
		return i, oneLine(l.self.Error.Err)
	}
	return -1, ""
}

// find returns the package that the virtual file imports as path, or nil.
func (l *listing) find(path string) *listed {
	if l.self != nil {
		path = cmp.Or(l.self.ImportMap[path], path)
	}
	return l.packages[path]
}

// reaches reports whether p or one of its dependencies is in one of the
// directories that is holds for.
func (l *listing) reaches(p *listed, is func(dir string) bool, seen map[*listed]bool) bool {
	if p == nil || seen[p] {
		return false
	}
	seen[p] = true
	return !p.Standard && is(p.Dir) || slices.ContainsFunc(p.Imports, func(path string) bool {
		return l.reaches(l.packages[cmp.Or(p.ImportMap[path], path)], is, seen)
	})
}

// local reports whether the sources of p may change: they are neither the
// standard library's nor in the module cache.
func (p *listed) local() bool {
	if p.Standard || p.Dir == "" {
		return false
	}
	m := p.Module
	if m != nil && m.Replace != nil {
		m = m.Replace
	}
	cached := m != nil && m.Version != "" && m.Dir != "" &&
		strings.HasPrefix(p.Dir+string(filepath.Separator), m.Dir+string(filepath.Separator))
	return !cached
}

// oneLine makes one line of a message of the go command: the first that says
// something, with the next one where it ends in a colon.
func oneLine(text string) string {
	var line string
	for next := range strings.Lines(text) {
		next = strings.TrimSpace(next)
		if next == "" || strings.HasPrefix(next, "# ") {
			continue
		}
		if line != "" && !strings.HasSuffix(line, ":") {
			break
		}
		line = strings.TrimSpace(line + " " + next)
	}
	if what, command, ok := strings.Cut(line, "; to add it: "); ok {
		return what + " (" + command + ")"
	}
	// Where that was looked for is a path of this machine.
	if what, _, ok := strings.Cut(line, " is not in std ("); ok {
		return what + " is not in std"
	}
	return line
}
