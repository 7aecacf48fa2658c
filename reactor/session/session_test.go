package session

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// cells are the programs of the cells, by name. Each declares what GoNB would have memorized.
var cells = map[string]func(arg string){
	"count": func(arg string) {
		result := Attach[int]("result")
		result.Serve(func() (int, error) {
			f, err := os.OpenFile(arg, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
			if err != nil {
				return 0, err
			}
			fmt.Println("counting")
			fmt.Fprintln(f, os.Getpid())
			return 42, f.Close()
		})
	},
	"wait int": func(arg string) {
		d, _ := time.ParseDuration(arg)
		fmt.Println(Attach[int]("result").Wait(d))
	},
	"output": func(string) { fmt.Print(Attach[int]("result").Output()) },
	"show":   func(string) { fmt.Println(Attach[int]("result")) },
}

// The body runs once, and its result is there for as many cells as ask.
func TestOnce(t *testing.T) {
	k := newKernel(t)
	file := filepath.Join(t.TempDir(), "runs")
	k.want("<EventualResult not started>\n", "show", "")
	k.want("", "count", file)
	for range 5 {
		k.want("42 <nil>\n", "wait int", "1m")
	}
	k.want("42 <nil>\n", "wait int", "0")
	k.want("counting\n", "output", "")
	k.want("<EventualResult 42>\n", "show", "")
	if text, err := os.ReadFile(file); err != nil || len(text) == 0 {
		t.Fatal(err)
	} else {
		t.Logf("%q", text)
	}
}
