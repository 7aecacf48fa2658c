package cellwrap_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap"
)

// The source that is carried is the whole package, less its tests.
func TestReactor(t *testing.T) {
	var want []string
	files, err := filepath.Glob("reactor/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, f := range files {
		if !strings.HasSuffix(f, "_test.go") {
			want = append(want, filepath.Base(f))
		}
	}
	got, err := fs.Glob(cellwrap.Reactor(), "*")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}
