package dynamic_test

import (
	"bytes"
	"flag"
	"os"
	"reflect"
	"testing"

	"github.com/traefik/yaegi/extract"
)

// Symbols is what yaegi gets of this package; yaegi_symbols_test.go fills it.
var Symbols = map[string]map[string]reflect.Value{}

var update = flag.Bool("update", false, "write yaegi_symbols_test.go")

//go:generate go test -run=^TestSymbols$ . -update

// yaegi_symbols_test.go is what yaegi extract makes of the package as it is.
func TestSymbols(t *testing.T) {
	const file = "yaegi_symbols_test.go"
	var want bytes.Buffer
	e := extract.Extractor{Dest: "dynamic_test", Tag: []string{"!race"}}
	if _, err := e.Extract(dynamicPath, "", &want); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, want.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is out of date (run go generate)", file)
	}
}
