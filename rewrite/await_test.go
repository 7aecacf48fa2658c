package rewrite

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Anything called await still works: whatever identifier of the standard library's files is called
// so, the word is no operator there. It takes one file in eight, by the path; with -all, every file.
func TestAwaitIsAName(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "src")
	files, taken, names := 0, 0, 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.Contains(path, "testdata") {
			return err
		}
		files++
		name, err := filepath.Rel(root, path)
		if err != nil || !Sampled(filepath.ToSlash(name), 8) {
			return err
		}
		taken++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		tokens, words := scan(text)
		for name := range words {
			names++
			if off := findAwait(tokens, name); off >= 0 {
				t.Errorf("%s: %s is taken for the operator in %.60q", path, name, text[max(off-20, 0):])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d names in %d of %d files (all of them with -all)", names, taken, files)
	if names < 10_000 {
		t.Errorf("only %d names: is GOROOT/src there?", names)
	}
}

type lexeme struct {
	off int
	tok token.Token
	lit string
}

// scan returns the tokens of text and the identifiers among them.
func scan(text []byte) (tokens []lexeme, words map[string]bool) {
	words = map[string]bool{}
	file := token.NewFileSet().AddFile("", -1, len(text))
	var sc scanner.Scanner
	sc.Init(file, text, nil, 0)
	for {
		pos, tok, lit := sc.Scan()
		if tok == token.EOF {
			return tokens, words
		}
		if tok == token.IDENT && lit != "_" {
			words[lit] = true
		}
		tokens = append(tokens, lexeme{file.Offset(pos), tok, lit})
	}
}

// findAwait returns the first place where name is the operator, if it is the word await, or -1.
func findAwait(tokens []lexeme, name string) int {
	a := awaitWords{word: -1, in: make([]level, 1)}
	for _, t := range tokens {
		lit := t.lit
		if t.tok == token.IDENT && lit == name {
			lit = await
		}
		if a.token(t.off, t.tok, lit); len(a.found) > 0 {
			return a.found[0]
		}
	}
	return -1
}
