package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/internal/notebook"
)

// testBook returns a notebook with the given code cells.
func testBook(cells ...string) []byte {
	var b bytes.Buffer
	b.WriteString("{\n \"cells\": [")
	for i, cell := range cells {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n  {\"cell_type\": \"code\", \"execution_count\": null, \"id\": \"c%d\", \"metadata\": {}, \"outputs\": [], \"source\": %q}", i, cell)
	}
	b.WriteString("\n ],\n \"metadata\": {\"language_info\": {\"name\": \"go\"}},\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n")
	return b.Bytes()
}

// runIn runs the command in dir, without types but for what args say.
func runIn(t testing.TB, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	t.Chdir(dir)
	var out, errs bytes.Buffer
	status = run(append([]string{"--types", "off", "-t", "block"}, args...), strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

// It is no change if somebody else, another cellwrap say, has written the same meanwhile.
func TestBookSameMeanwhile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "book.ipynb")
	write(t, name, []byte("ours"))
	if err := writeFiles([]file{{path: name, text: []byte("ours"), was: []byte("read"), mustBe: true}}); err != nil {
		t.Error(err)
	}
}

// What somebody else wrote while a notebook was rewritten stays.
func TestBookChangedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "book.ipynb")
	read, theirs := testBook("%%run_in_reactor r\nreturn 1"), testBook("theirs")
	write(t, name, theirs)
	for _, was := range [][]byte{read, nil} {
		err := writeFiles([]file{{path: name, text: []byte("ours"), was: was, mustBe: true}})
		if err == nil || !strings.Contains(err.Error(), "book.ipynb has changed since it was read (it is left as it is; try again)") {
			t.Errorf("the error is %v", err)
		}
	}
	if got, _ := os.ReadFile(name); !bytes.Equal(got, theirs) {
		t.Errorf("the file is %q", got)
	}
	if got := names(t, dir); len(got) > 1 {
		t.Errorf("files are left: %q", got)
	}
	if err := writeFiles([]file{{path: name, text: []byte("ours"), was: theirs, mustBe: true}}); err != nil {
		t.Error(err)
	}
}

// Several processes that write the same notebook: each says that it is done or that it has changed,
// and it holds a whole result.
func TestBookWriters(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	bin := link(t, self, t.TempDir())
	name := filepath.Join(dir, "book.ipynb")
	cells := make([]string, 200)
	for i := range cells {
		cells[i] = fmt.Sprintf("%%%%run_in_reactor r%d\nreturn %d", i, i)
	}
	original := testBook(cells...)
	write(t, name, original)
	want := []byte(nil)
	{
		cmd := exec.Command(bin, "-t", "block", "--types", "off", name)
		if want, err = cmd.Output(); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		write(t, name, original)
		var cmds []*exec.Cmd
		for range 4 {
			cmd := exec.Command(bin, "-t", "block", "--types", "off", "-w", name)
			cmd.Stderr = new(bytes.Buffer)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			cmds = append(cmds, cmd)
		}
		for _, cmd := range cmds {
			if err := cmd.Wait(); err != nil && !strings.Contains(fmt.Sprint(cmd.Stderr), "has changed since it was read") {
				t.Errorf("%v: %s", err, cmd.Stderr)
			}
		}
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%v: the notebook has %d bytes, want %d", err, len(got), len(want))
		}
	}
	if got := names(t, dir); len(got) > 1 {
		t.Errorf("files are left: %q", got)
	}
}

// A folder that cannot be written to is status 2, and a notebook that need not change is no error
// there.
func TestBookReadOnly(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root writes anywhere")
	}
	dir := t.TempDir()
	text := testBook("%%run_in_reactor r\nreturn 1")
	write(t, filepath.Join(dir, "book.ipynb"), text)
	write(t, filepath.Join(dir, "same.ipynb"), testBook("x := 1"))
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Skip(err)
	}
	defer os.Chmod(dir, 0o777)
	if status, stdout, stderr := runIn(t, dir, "-w", "book.ipynb"); status != exitUsage || stdout != "" || !strings.Contains(stderr, "permission denied") {
		t.Errorf("status %d, %q, %q", status, stdout, stderr)
	}
	if status, _, stderr := runIn(t, dir, "-w", "same.ipynb"); status != exitOK || stderr != "" {
		t.Errorf("status %d, %q", status, stderr)
	}
}

// nbformat's validator accepts what is written.
func TestBookValid(t *testing.T) {
	python := "/usr/bin/python3"
	if exec.Command(python, "-c", "import nbformat").Run() != nil {
		t.Skip("no nbformat")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "book.ipynb"), testBook("import \"time\"", "%%run_in_reactor r\ntime.Sleep(1)\nreturn \"\u2028<&>\"", "", "v := await r\r\nprintln(v)"))
	for _, target := range []string{"block", "file"} {
		if status, _, stderr := runIn(t, dir, "-t", target, "-o", target+".ipynb", "book.ipynb"); status != exitOK {
			t.Fatalf("%s: status %d: %s", target, status, stderr)
		}
		const script = "import nbformat, sys; b = nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT); nbformat.validate(b); print(b.cells[1].source)"
		out, err := exec.Command(python, "-W", "error", "-c", script, filepath.Join(dir, target+".ipynb")).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "RunInReactor") {
			t.Errorf("%s: %v\n%s", target, err, out)
		}
	}
}

func write(t testing.TB, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o666); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkBooks reads and passes a thousand notebooks without magics, beside what reading and
// parsing them in parallel takes.
func BenchmarkBooks(b *testing.B) {
	dir := b.TempDir()
	cells := make([]string, 50)
	for i := range cells {
		cells[i] = fmt.Sprintf("x%d := []string{\"a\", \"b\"}\nfor i, s := range x%d {\n\tfmt.Printf(\"%%d %%s\\n\", i, s)\n}\n", i, i)
	}
	text := testBook(cells...)
	var files []string
	for i := range 1000 {
		files = append(files, filepath.Join(dir, fmt.Sprintf("%d.ipynb", i)))
		write(b, files[i], text)
	}
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(files) * len(text)))
		b.ReportAllocs()
		for b.Loop() {
			parallel(len(files), func(i int) {
				text, err := os.ReadFile(files[i])
				if err == nil {
					_, err = notebook.Parse(files[i], text)
				}
				if err != nil {
					b.Error(err)
				}
			})
		}
	})
	b.Run("check", func(b *testing.B) {
		b.SetBytes(int64(len(files) * len(text)))
		b.ReportAllocs()
		for b.Loop() {
			var out bytes.Buffer
			if status := run(append([]string{"--check"}, files...), nil, &out, &out); status != exitOK {
				b.Fatal(out.String())
			}
		}
	})
}
