package cellwrap_test

import (
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap"
)

// The source that is carried is each package whole, less its tests.
func TestReactor(t *testing.T) {
	for _, dir := range []string{".", "dynamic", "session"} {
		var want []string
		files, err := filepath.Glob(filepath.Join("reactor", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err, files)
		}
		for _, f := range files {
			if !strings.HasSuffix(f, "_test.go") {
				want = append(want, path.Join(dir, filepath.Base(f)))
			}
		}
		got, err := fs.Glob(cellwrap.Reactor(), path.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("files %q, want %q", got, want)
		}
	}
}
