package reactor

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

// A frame is a call in a stack, as it is told to a reader: "main.fetch() crawl.go:12".
type frame struct {
	function string // with its package's path
	file     string
	line     int
}

// frames returns the calls of a goroutine, in the form of runtime.Stack, without those of Go's
// runtime and of this package.
func frames(stack string) []frame {
	var list []frame
	_, stack, _ = strings.Cut(stack, "\n") // goroutine 7 [sleep]:
	for stack != "" {
		var call, place string
		call, stack, _ = strings.Cut(stack, "\n")
		place, stack, _ = strings.Cut(stack, "\n")
		if strings.HasPrefix(call, "created by ") {
			break
		}
		if i := strings.LastIndexByte(call, '('); i >= 0 {
			call = call[:i] // without the arguments
		}
		place, _, _ = strings.Cut(strings.TrimPrefix(place, "\t"), " +0x")
		f := frame{function: call, file: place}
		if i := strings.LastIndexByte(place, ':'); i >= 0 {
			f.file = place[:i]
			f.line, _ = strconv.Atoi(place[i+1:])
		}
		if !f.isRuntime() {
			list = append(list, f)
		}
	}
	return list
}

// frameOf returns where the function begins that the program counter is in.
func frameOf(pc uintptr) (f frame, ok bool) {
	fn := runtime.FuncForPC(pc)
	if fn == nil {
		return f, false
	}
	f.function = fn.Name()
	f.file, f.line = fn.FileLine(fn.Entry())
	return f, true
}

// packagePath returns the path of the package whose function f is.
func (f frame) packagePath() string {
	slash := strings.LastIndexByte(f.function, '/') + 1
	name, _, _ := strings.Cut(f.function[slash:], ".")
	return f.function[:slash] + name
}

var ownPath = reflect.TypeFor[Reactor]().PkgPath()

// isRuntime reports whether f is a call of Go's runtime or of this package, but for its tests.
func (f frame) isRuntime() bool {
	switch path := f.packagePath(); path {
	case ownPath:
		return !strings.HasSuffix(f.file, "_test.go")
	case "runtime", "runtime/debug", "iter", "panic":
		return true
	default:
		return strings.HasPrefix(path, "internal/runtime/")
	}
}

// modules returns the paths of the program's modules.
var modules = sync.OnceValue(func() (paths []string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	paths = append(paths, info.Main.Path)
	for _, m := range info.Deps {
		paths = append(paths, m.Path)
	}
	return paths
})

// isStandard reports whether f is a call of the standard library: its packages have no dot in the
// first element of the path, and belong to no module.
func (f frame) isStandard() bool {
	path := f.packagePath()
	first, _, _ := strings.Cut(path, "/")
	if path == "main" || strings.Contains(first, ".") {
		return false
	}
	for _, m := range modules() {
		if m != "" && (path == m || strings.HasPrefix(path, m+"/")) {
			return false
		}
	}
	return true
}

// place is the file, as seen from the working directory, and the line.
func (f frame) place() string {
	file := f.file
	if dir, err := os.Getwd(); err == nil {
		if rest, ok := strings.CutPrefix(file, dir+string(filepath.Separator)); ok {
			file = rest
		}
	}
	return file + ":" + strconv.Itoa(f.line)
}

// name is the function without the directories of its package's path.
func (f frame) name() string { return f.function[strings.LastIndexByte(f.function, '/')+1:] }

func (f frame) String() string {
	if f.isStandard() {
		return f.name() + "()"
	}
	return f.name() + "() " + f.place()
}

// where names the call of a stack that a reader looks for: the innermost that is not the standard
// library's, "crawl.go:12 (main.fetch)", or nothing.
func where(stack []frame) string {
	for _, f := range stack {
		if !f.isStandard() {
			return f.where()
		}
	}
	return ""
}

func (f frame) where() string { return f.place() + " (" + f.name() + ")" }

// brief is a stack on one line.
func brief(stack []frame) string {
	calls := make([]string, len(stack))
	for i, f := range stack {
		calls[i] = f.String()
	}
	return strings.Join(calls, " < ")
}
