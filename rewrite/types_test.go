package rewrite_test

import (
	"bytes"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cellwrap/cellwrap/rewrite"
)

// typeRow is a cell and the type of its result. A want that begins with "error: " is the message of a
// refusal, or a part of it.
type typeRow struct{ cell, want string }

// alt is a cell that returns one of several values, behind pre.
func alt(pre string, values ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nn := len(\"abc\")\n", pre)
	for i, v := range values[:len(values)-1] {
		fmt.Fprintf(&b, "if n == %d {\n\treturn %s\n}\n", i, v)
	}
	fmt.Fprintf(&b, "_ = n\nreturn %s\n", values[len(values)-1])
	return b.String()
}

const (
	imp    = "import \"github.com/cellwrap/cellwrap/reactor\"\n"
	ioOS   = "import (\"io\"; \"os\")\n"
	lists  = "type list []int\ntype list2 []int\n"
	box    = "type box[T any] struct{ v T }\n"
	id     = "func id[T any](x T) T { return x }\n"
	myErr  = "type MyErr struct{}\nfunc (*MyErr) Error() string { return \"\" }\n"
	errorf = "import \"errors\"\n"

	inBackground = "%%run_in_reactor\n"
)

// typeRules is DESIGN §4, "The result's type": a table for each rule.
var typeRules = map[string][]typeRow{
	"identical": {
		{alt("", `1`, `2`), "int"},
		{alt("", `"a"`, `"b"`), "string"},
		{alt("", `1.5`, `2.5`), "float64"},
		{alt("", `'a'`, `'b'`), "rune"},
		{alt("", `1i`, `2i`), "complex128"},
		{alt("", `true`, `false`), "bool"},
		{alt("", `[]int{1}`, `[]int{2}`), "[]int"},
		{alt("", `byte(1)`, `uint8(2)`), "byte"},
		{alt("", `uint8(1)`, `byte(2)`), "uint8"},
		{alt("", `rune(1)`, `int32(2)`), "rune"},
		{alt("", `any(1)`, `interface{}(2)`), "any"},
		{alt("", `interface{}(2)`, `any(1)`), "any"},
		{alt(`import "time"`, `time.Second`, `2*time.Second`), "time.Duration"},
		{alt("type t int", `t(1)`, `t(2)`), "t"},
		{alt("type t int\ntype u = t", `t(1)`, `u(2)`), "t"},
		{alt("type t int\ntype u = t", `u(1)`, `t(2)`), "u"},
		{alt("", `struct{ a int }{1}`, `struct{ a int }{2}`), "struct{a int}"},
		{alt(``, `map[string][]int{}`, `map[string][]int(nil)`), "map[string][]int"},
		{alt(``, `func(a int) {}`, `func(b int) {}`), "func(a int)"},
	},
	"assignable": {
		{alt(ioOS, `io.Reader(nil)`, `os.Stdin`), "io.Reader"},
		{alt(ioOS, `os.Stdin`, `io.Reader(nil)`), "io.Reader"},
		{alt(ioOS, `io.Reader(os.Stdin)`, `io.ReadCloser(os.Stdin)`), "io.Reader"},
		{alt(ioOS, `os.Stdin`, `io.ReadWriter(os.Stdin)`, `io.Writer(os.Stdin)`), "io.Writer"},
		{alt(ioOS, `io.Reader(os.Stdin)`, `io.Writer(os.Stdin)`), "any"},
		{alt(ioOS, `io.Reader(os.Stdin)`, `1`), "any"},
		{alt("", `any(1)`, `2`, `"x"`, `nil`), "any"},
		{alt("", `make(chan int)`, `make(<-chan int)`), "<-chan int"},
		{alt("", `make(<-chan int)`, `make(chan int)`), "<-chan int"},
		{alt("", `make(chan<- int)`, `make(chan int)`), "chan<- int"},
		{alt("", `make(chan<- int)`, `make(<-chan int)`), "any"},
		{alt("", `make(chan int)`, `make(chan<- int)`, `make(<-chan int)`), "any"},
		{alt("type c chan int", `make(c)`, `make(<-chan int)`), "<-chan int"},
		{alt("type c chan int", `make(c)`, `make(chan int)`), "c"},
		{alt("type c <-chan int", `make(chan int)`, `make(c)`), "c"},
		{alt(lists, `list{1}`, `[]int{1}`), "list"},
		{alt(lists, `[]int{1}`, `list{1}`), "[]int"},
		{alt(lists, `list{1}`, `list2{1}`), "any"},
		{alt(lists, `list{1}`, `list2{1}`, `[]int{}`), "[]int"},
		{alt("type f func() int", `f(nil)`, `func() int { return 1 }`), "f"},
		{alt("type f func() int", `func() int { return 1 }`, `f(nil)`), "func() int"},
		{alt("type m map[string]int", `m{}`, `map[string]int{}`), "m"},
		{alt("type p *int", `p(nil)`, `new(int)`), "p"},
		{alt("type a [2]int", `a{}`, `[2]int{}`), "a"},
		{alt("type s struct{}", `s{}`, `struct{}{}`), "s"},
		{alt("type i interface{ M() }\ntype t int\nfunc (t) M() {}", `t(1)`, `i(nil)`), "i"},
		{alt("type i interface{ M() }\ntype t int\nfunc (t) M() {}", `t(1)`, `interface{ M() }(nil)`), "interface{M()}"},
		{alt("type i interface{ M() }\ntype t int\nfunc (*t) M() {}", `t(1)`, `i(nil)`), "any"},
		{alt("type i interface{ M() }\ntype j interface{ M() }", `i(nil)`, `j(nil)`), "i"},
		{alt("", `int(1)`, `int64(2)`), "any"},
		{alt("", `[]int{}`, `[]any{}`), "any"},
		{alt("", `[]byte(nil)`, `"x"`), "any"},
		{alt(`import "time"`, `time.Second`, `int64(2)`), "any"},
		{alt("type t int", `t(1)`, `int(1)`), "any"},
		{alt("type t int", `t(1)`, `new(t)`), "any"},
	},
	"constants alone": {
		{"return 1", "int"},
		{"return 'a'", "rune"},
		{"return 1.5", "float64"},
		{"return 1i", "complex128"},
		{`return "a"`, "string"},
		{"return true", "bool"},
		{alt("", `1`, `'a'`), "rune"},
		{alt("", `'a'`, `1`), "rune"},
		{alt("", `1`, `2.5`), "float64"},
		{alt("", `2.5`, `1`), "float64"},
		{alt("", `2.0`, `1`), "float64"},
		{alt("", `'a'`, `1.5`), "float64"},
		{alt("", `1`, `2i`), "complex128"},
		{alt("", `1`, `'a'`, `1.5`, `2i`), "complex128"},
		{alt("", `1`, `"a"`), "any"},
		{alt("", `1`, `true`), "any"},
		{alt("", `"a"`, `true`), "any"},
		{alt("", `1.5`, `"a"`), "any"},
		{alt("", `nil`, `1`), "any"},
		{alt("", `"a"`, `nil`), "any"},
		{alt("", `true`, `nil`), "any"},
		{"const c = 5\nreturn c", "int"},
		{"const c = 2.5\nreturn c * 2", "float64"},
		{"const c int8 = 5\nreturn c", "int8"},
		{alt("const c int8 = 5", "c", "6"), "int8"},
		{"import \"math\"\nreturn math.Pi", "float64"},
		{"import \"math\"\nreturn math.MaxInt64", "int"},
		{"return len(\"abc\")", "int"},
		{"return len([3]int{})", "int"},
		{"return 1 << 3", "int"},
		{"return 1 << 70", "error: -:1:8: cannot use 1 << 70 (untyped int constant 1180591620717411303424) as int value in return statement (overflows)"},
		{"return 1 << 70 >> 69", "int"},
		{"return 1e400", "error: 1e+400"},
		{alt("", `1.5`, `1<<70`), "float64"},
		{"return \"a\" + \"b\"", "string"},
		{"return (1)", "int"},
		{"return -1", "int"},
		{"return +1.5", "float64"},
		{"return ^1", "int"},
		{"return !true", "bool"},
		{"return 7 / 2", "int"},
		{"return 7 / 2.0", "float64"},
		{"return 'a' + 1", "rune"},
		{"return 'a' + 1.0", "float64"},
		{"return real(2i)", "float64"},
	},
	"constants with typed values": {
		{alt("", `int8(1)`, `100`), "int8"},
		{alt("", `100`, `int8(1)`), "int8"},
		{alt("", `int8(1)`, `127`), "int8"},
		{alt("", `int8(1)`, `128`), "any"},
		{alt("", `int8(1)`, `-128`), "int8"},
		{alt("", `int8(1)`, `-129`), "any"},
		{alt("", `int8(1)`, `300`), "any"},
		{alt("", `uint8(1)`, `255`), "uint8"},
		{alt("", `uint8(1)`, `256`), "any"},
		{alt("", `uint(1)`, `-1`), "any"},
		{alt("", `uint(1)`, `0`), "uint"},
		{alt("", `int16(1)`, `32767`), "int16"},
		{alt("", `int32(1)`, `1<<31`), "any"},
		{alt("", `int64(1)`, `1<<62`), "int64"},
		{alt("", `uint64(1)`, `1<<63 - 1`), "uint64"},
		{alt("", `uint64(1)`, `1<<63`), "uint64"},
		{alt("import \"math\"", `uint64(1)`, `math.MaxUint64`), "uint64"},
		{alt("", `float64(1)`, `1<<70`), "float64"},
		{alt("", `uintptr(1)`, `7`), "uintptr"},
		{alt("", `int(1)`, `1.5`), "any"},
		{alt("", `int(1)`, `2.0`), "int"},
		{alt("", `int(1)`, `2+0i`), "int"},
		{alt("", `int(1)`, `1e3`), "int"},
		{alt("", `int(1)`, `'a'`), "int"},
		{alt("", `int(1)`, `"a"`), "any"},
		{alt("", `int(1)`, `true`), "any"},
		{alt("", `byte(1)`, `'a'`), "byte"},
		{alt("", `byte(1)`, `'é'`), "byte"},
		{alt("", `byte(1)`, `'世'`), "any"},
		{alt("", `float32(1)`, `1`), "float32"},
		{alt("", `float32(1)`, `0.1`), "float32"},
		{alt("", `float32(1)`, `1e39`), "any"},
		{alt("", `float64(1)`, `'a'`), "float64"},
		{alt("", `float64(1)`, `2i`), "any"},
		{alt("", `float64(1)`, `2+0i`), "float64"},
		{alt("", `complex64(1)`, `1`), "complex64"},
		{alt("", `complex64(1)`, `1.5`), "complex64"},
		{alt("", `complex64(1)`, `"a"`), "any"},
		{alt("", `string("a")`, `"b"`), "string"},
		{alt("", `string("a")`, `'b'`), "any"},
		{alt("type s string", `s("a")`, `"b"`), "s"},
		{alt("type s string", `"b"`, `s("a")`), "s"},
		{alt("type i int8", `i(1)`, `100`), "i"},
		{alt("type i int8", `i(1)`, `200`), "any"},
		{alt("import \"time\"", `time.Second`, `0`), "time.Duration"},
		{alt("import \"time\"", `time.Second`, `1.5`), "any"},
		{alt("type f float64", `f(1)`, `1`), "f"},
		{alt("type b bool", `b(true)`, `false`), "b"},
		{alt("", `any(1)`, `1.5`), "any"},
		{alt("import \"fmt\"", `fmt.Stringer(nil)`, `1`), "any"},
		{alt("", `int8(1)`, `int16(1)`, `1`), "any"},
		{alt("", `int(1)`, `1`, `'a'`, `2.0`), "int"},
		{alt("", `int(1)`, `1`, `'a'`, `2.5`), "any"},
		{alt("", `len("x")`, `2.0`), "int"},
		{alt("", `n`, `2.0`), "int"},
	},
	"comparisons": {
		{"n := 1\nreturn n > 2", "bool"},
		{alt("", `n > 2`, `true`), "bool"},
		{alt("", `n > 2`, `n < 2`), "bool"},
		{alt("type b bool", `b(true)`, `n > 2`), "b"},
		{alt("type b bool", `n > 2`, `b(true)`), "b"},
		{alt("type b bool", `n > 2 && n < 4`, `b(true)`), "b"},
		{alt("type b bool", `!(n > 2)`, `b(true)`), "b"},
		{alt("type b bool", `n > 2`, `b(true)`, `bool(true)`), "any"},
		{alt("", `n > 2`, `1`), "any"},
		{alt("", `n > 2`, `any(1)`), "any"},
		{alt("", `n > 2`, `nil`), "any"},
		{"var e error\nreturn e == nil", "bool"},
	},
	"shifts": {
		{"n := 1\nreturn 1 << n", "int"},
		{alt("", `1<<n`, `int64(2)`), "int64"},
		{alt("", `uint8(2)`, `1<<n`), "uint8"},
		{alt("type t int", `t(2)`, `1<<n`), "t"},
		{alt("", `1<<n`, `2`), "int"},
		{alt("", `1<<n`, `float64(2)`), "any"},
		{alt("", `1<<n`, `"x"`), "any"},
		{alt("", `1<<n`, `nil`), "any"},
		{alt("", `1<<n`, `any(2)`), "any"},
		{alt("", `1<<n + 1`, `int64(2)`), "int64"},
		{alt("", `int64(1)<<n`, `int64(2)`), "int64"},
		{alt("", `int64(1)<<n`, `2`), "int64"},
		{"n := 1\nreturn 1.0 << n", "error: -:2:8: invalid operation: shifted operand 1.0 (type float64) must be integer"},
	},
	"nil": {
		{alt("", `nil`, `new(int)`), "*int"},
		{alt("", `new(int)`, `nil`), "*int"},
		{alt("", `nil`, `[]int{1}`), "[]int"},
		{alt("", `nil`, `map[string]int{}`), "map[string]int"},
		{alt("", `nil`, `func() {}`), "func()"},
		{alt("", `nil`, `make(chan int)`), "chan int"},
		{alt(ioOS, `nil`, `io.Reader(os.Stdin)`), "io.Reader"},
		{alt("import \"unsafe\"", `nil`, `unsafe.Pointer(&n)`), "unsafe.Pointer"},
		{alt("", `nil`, `any(1)`), "any"},
		{alt(lists, `nil`, `list{}`, `[]int{}`), "list"},
		{alt("type p *int", `nil`, `p(nil)`), "p"},
		{"return nil", "any"},
		{alt("", `nil`, `nil`), "any"},
		{"return (nil)", "any"},
		{"return nil, nil", "any"},
		{alt("", `nil`, `struct{}{}`), "any"},
		{alt("", `nil`, `[1]int{}`), "any"},
		{alt("", `nil`, `int(1)`), "any"},
		{alt("", `nil`, `string("a")`), "any"},
		{alt("", `nil, nil`, `new(int), nil`), "*int"},
		{alt(errorf, `nil, errors.New("")`, `new(int), nil`), "*int"},
		{alt(errorf, `0, errors.New("")`, `int64(n), nil`), "int64"},
		{alt(errorf, `"", errors.New("")`, `"x", nil`), "string"},
		{alt(errorf, `nil, errors.New("")`, `n, nil`), "any"},
		{alt(errorf, `nil, errors.New("")`, `nil`), "any"},
	},
	"Deferred": {
		{imp + "return reactor.Succeed(1)", "int"},
		{imp + "return reactor.Succeed(1), nil", "int"},
		{imp + "var err error\nreturn reactor.Succeed(1), err", "int"},
		{imp + "return reactor.Fail[string](nil)", "string"},
		{imp + "func f() (*reactor.Deferred[string], error) { return nil, nil }\nreturn f()", "string"},
		{imp + "func f() *reactor.Deferred[string] { return nil }\nreturn f()", "string"},
		{alt(imp, "nil", "reactor.Succeed(1)"), "int"},
		{alt(imp, "reactor.Succeed(1)", "nil"), "int"},
		{alt(imp, "nil, nil", "reactor.Succeed(1), nil"), "int"},
		{alt(imp, "reactor.Succeed(1)", "reactor.Succeed(2)"), "int"},
		{alt(imp, "reactor.Succeed(1)", "reactor.Succeed(2), nil"), "int"},
		{imp + "type D = *reactor.Deferred[int]\nvar d D = reactor.Succeed(1)\nreturn d", "int"},
		{imp + "type D = reactor.Deferred[int]\nvar d *D = reactor.Succeed(1)\nreturn d", "int"},
		{imp + "type D[T any] = *reactor.Deferred[T]\nvar d D[int] = reactor.Succeed(1)\nreturn d", "int"},
		{imp + "type D[T any] = reactor.Deferred[T]\nvar d *D[int] = reactor.Succeed(1)\nreturn d", "int"},
		{imp + "return reactor.Succeed(reactor.Succeed(1))", "any"},
		{imp + "type shout string\nreturn reactor.Succeed(shout(\"x\"))", "shout"},
		{imp + "type shout string\nreturn reactor.Succeed(&[]shout{})", "*[]shout"},
		{imp + box + "return reactor.Succeed(box[int]{})", "box[int]"},
		{imp + "{\ntype shout string\nreturn reactor.Succeed(shout(\"x\"))\n}", "any"},
		{imp + "import \"encoding/binary\"\nreturn reactor.Succeed(binary.LittleEndian)", "any"},
		{alt(imp, "reactor.Succeed(1)", "2"), "any"},
		{alt(imp, "reactor.Succeed(1)", `reactor.Succeed("a")`), "any"},
		{alt(imp, "reactor.Succeed(1)", `1, 2`), "any"},
		{imp + "return reactor.Succeed[any](1)", "any"},
		{imp + "return any(reactor.Succeed(1))", "any"},
		{imp + "return []*reactor.Deferred[int]{reactor.Succeed(1)}", "[]*reactor.Deferred[int]"},
		{imp + "return reactor.Succeed(1), reactor.Succeed(2)", "[]any"},
		{imp + "d := reactor.Succeed(1)\nd", "int"},
		{imp + "reactor.Succeed(1)", "int"},
		{imp + "return reactor.Then(reactor.Succeed(1), func(int) (string, error) { return \"\", nil })", "string"},
		{imp + "return reactor.Succeed(struct{ n int }{1})", "struct{n int}"},
		{imp + "import \"time\"\nreturn reactor.Succeed(time.Second)", "time.Duration"},
		{"import r \"github.com/cellwrap/cellwrap/reactor\"\nreturn r.Succeed(1)", "int"},
		{"import r \"github.com/cellwrap/cellwrap/reactor\"\nreturn []*r.Deferred[int]{}", "[]*r.Deferred[int]"},
		{"import . \"github.com/cellwrap/cellwrap/reactor\"\nreturn Succeed(1)", "int"},
		{imp + "return reactor.Succeed[error](nil)", "error"},
		{imp + errorf + "if len(\"x\") > 2 {\n\treturn errors.New(\"\")\n}\nreturn reactor.Succeed(1)", "int"},
		{imp + "return reactor.RunInReactor(func() (int, error) { return 1, nil })", "*reactor.EventualResult[int]"},
	},
	"generics": {
		{box + "return box[int]{1}", "box[int]"},
		{box + "return &box[map[string][]int]{}", "*box[map[string][]int]"},
		{box + "return box[box[string]]{}", "box[box[string]]"},
		{box + "type t int\nreturn box[t]{}", "box[t]"},
		{box + "type t int\nreturn []box[*t]{}", "[]box[*t]"},
		{box + "{\ntype t int\nreturn box[t]{}\n}", "any"},
		{box + "import \"time\"\nreturn box[time.Time]{}", "box[time.Time]"},
		{box + "import \"encoding/binary\"\nfunc of[T any](v T) box[T] { return box[T]{v} }\nreturn of(binary.LittleEndian)", "any"},
		{box + "func of[T any](v T) box[T] { return box[T]{v} }\nreturn of(1)", "box[int]"},
		{box + "func of[T any](v T) box[T] { return box[T]{v} }\nreturn of(of(\"a\"))", "box[box[string]]"},
		{box + "return box[struct{ a, b int }]{}", "box[struct{a int; b int}]"},
		{box + "return box[func(...string) error]{}", "box[func(...string) error]"},
		{alt(box, "box[int]{}", "box[int]{}"), "box[int]"},
		{alt(box, "box[int]{}", "box[string]{}"), "any"},
		{"type pair[K comparable, V any] struct { k K; v V }\nreturn pair[string, []int]{}", "pair[string, []int]"},
		{"type set[T comparable] = map[T]struct{}\nreturn set[string]{}", "set[string]"},
		{alt("type set[T comparable] = map[T]struct{}", "map[string]struct{}{}", "set[string]{}"), "map[string]struct{}"},
		{"type num[T any] int\nreturn num[string](1)", "num[string]"},
		{alt("type num[T any] int", "num[string](1)", "2"), "num[string]"},
		{id + "return id(1)", "int"},
		{id + "return id(uint8(1))", "uint8"},
		{id + "return id(id)", "error: "},
		{id + "return id[int]", "func(x int) int"},
		{id + "return id[[]string]", "func(x []string) []string"},
		{id + "return id", "error: cannot use generic function id without instantiation"},
		{id + "f := id[int]\nreturn f", "func(x int) int"},
		{box + "return box", "error: box"},
		{box + "return box[int]", "error: is not an expression"},
		{"import \"slices\"\nreturn slices.Max([]float32{1})", "float32"},
		{"import \"slices\"\nreturn slices.Values([]int{1})", "iter.Seq[int]"},
		{"import \"maps\"\nreturn maps.Keys(map[string]int{})", "iter.Seq[string]"},
		{"import \"maps\"\nreturn maps.All(map[string]int{})", "iter.Seq2[string, int]"},
		{"import \"slices\"\nreturn slices.Sort[[]int]", "func(x []int)"},
		{"import \"sync/atomic\"\nreturn &atomic.Pointer[int]{}", "*atomic.Pointer[int]"},
		{"type tree[T any] struct { l, r *tree[T]; v T }\nreturn &tree[int]{}", "*tree[int]"},
		{"type n interface{ ~int | ~float64 }\nfunc sum[T n](xs ...T) (s T) { for _, x := range xs { s += x }; return }\nreturn sum(1.5, 2)", "float64"},
		{"type n interface{ ~int | ~float64 }\nvar x n\nreturn x", "error: "},
	},
	"kinds": {
		{"return func(a int, b ...string) (bool, error) { return true, nil }", "func(a int, b ...string) (bool, error)"},
		{"return func() {}", "func()"},
		{"return func() (x int) { return }", "func() (x int)"},
		{"return []func(){}", "[]func()"},
		{"return make(chan<- (<-chan int))", "chan<- <-chan int"},
		{"return make(chan (<-chan int))", "chan (<-chan int)"},
		{"return make(<-chan func())", "<-chan func()"},
		{"return [3]int{}", "[3]int"},
		{"return [...]string{\"a\", \"b\"}", "[2]string"},
		{"const n = 4\nreturn [n]bool{}", "[4]bool"},
		{"return [2][3]*int{}", "[2][3]*int"},
		{"return struct{}{}", "struct{}"},
		{"return struct{ A int `json:\"a\"` }{1}", `struct{A int "json:\"a\""}`},
		{"return struct{ A int `a\\b\"` }{1}", `struct{A int "a\\b\""}`},
		{"return struct{ int; *string }{}", "struct{int; *string}"},
		{"import \"time\"\nreturn struct{ time.Duration; n int }{}", "struct{time.Duration; n int}"},
		{"import \"sync\"\nreturn &struct{ sync.Mutex; n int }{}", "*struct{sync.Mutex; n int}"},
		{"type t int\nreturn struct{ t; a, b int }{}", "struct{t; a int; b int}"},
		{"return struct{ a struct{ b []struct{ c int } } }{}", "struct{a struct{b []struct{c int}}}"},
		{"return struct{ _ int; a int }{}", "struct{_ int; a int}"},
		{"return interface{ M() }(nil)", "interface{M()}"},
		{"return interface{ M(int) (string, error); N() }(nil)", "interface{M(int) (string, error); N()}"},
		{"import \"fmt\"\nreturn interface{ fmt.Stringer; M() }(nil)", "interface{M(); fmt.Stringer}"},
		{"return map[string]func(int) bool{}", "map[string]func(int) bool"},
		{"return map[[2]int]struct{ a int }{}", "map[[2]int]struct{a int}"},
		{"x := 1\np := &x\nq := &p\nreturn q", "**int"},
		{"var x any = 1\nreturn x", "any"},
		{"var x any = 1\nreturn x.(int)", "int"},
		{"m := map[string]float32{}\nreturn m[\"x\"]", "float32"},
		{"c := make(chan uint16, 1)\nc <- 1\nreturn <-c", "uint16"},
		{"return \"abc\"[1]", "byte"},
		{"return []rune(\"abc\")[1]", "rune"},
		{"return \"abc\"[:2]", "string"},
		{"a := [3]int{}\nreturn a[:]", "[]int"},
		{"import \"unsafe\"\nreturn unsafe.Pointer(nil)", "unsafe.Pointer"},
		{"import \"unsafe\"\nx := 1\nreturn unsafe.Sizeof(x)", "uintptr"},
		{"import \"unsafe\"\nreturn []unsafe.Pointer{}", "[]unsafe.Pointer"},
		{"import \"strings\"\nreturn strings.ToUpper", "func(s string) string"},
		{"import \"strings\"\nvar b strings.Builder\nreturn b.WriteString", "func(s string) (int, error)"},
		{"import \"strings\"\nreturn (*strings.Builder).Len", "func(*strings.Builder) int"},
		{"import \"context\"\n_, cancel := context.WithCancel(context.Background())\nreturn cancel", "context.CancelFunc"},
		{"import \"log\"\nreturn log.Default()", "*log.Logger"},
		{"import \"runtime\"\nvar m runtime.MemStats\nreturn m.BySize[0]", "struct{Size uint32; Mallocs uint64; Frees uint64}"},
	},
	"types of the cell": {
		{"type t struct{}\nreturn t{}", "t"},
		{"type t struct{}\nreturn &t{}", "*t"},
		{"type t struct{}\nreturn map[t]*t{}", "map[t]*t"},
		{"x := t(1)\ntype t int\nreturn x", "t"},
		{"type t = struct{ a int }\nreturn t{}", "t"},
		{"type ( t int; u []t )\nreturn u{}", "u"},
		{"const n = 3\ntype t [n]int\nreturn t{}", "t"},
		{"{\ntype t int\nreturn t(1)\n}", "any"},
		{"{\ntype t int\nreturn []t{}\n}", "any"},
		{"{\ntype t int\nreturn func(t) {}\n}", "any"},
		{"{\ntype t int\nreturn struct{ x t }{}\n}", "any"},
		{"{\ntype t = int\nreturn t(1)\n}", "int"},
		{"{\ntype t = []int\nvar x t\nreturn x\n}", "[]int"},
		{"if true {\ntype t int\nreturn t(1)\n}\nreturn 2", "any"},
		{"type t string\nif len(\"x\") > 1 {\ntype t int\nreturn t(1)\n}\nreturn t(\"\")", "any"},
		{"f := func() any {\ntype t int\nreturn t(1)\n}\nreturn f()", "any"},
		{"var a [4]int\ntype t [len(a)]int\nreturn t{}", "any"},
		{"var a [4]int\ntype t [len(a)]int\ntype u struct{ t }\nreturn u{}", "any"},
		{"var a [4]int\nconst n = len(a)\ntype t [n]int\nreturn t{}", "any"},
		{"var a [4]int\nconst n = len(a)\nreturn [n]int{}", "[4]int"},
		{"var a [4]int\ntype t = [len(a)]int\nreturn t{}", "[4]int"},
		{"type t struct{}\nfunc (t) M() int { return 1 }\nreturn t{}.M()", "int"},
		{"type t struct{}\nfunc (t) M() int { return 1 }\nreturn t.M", "func(t) int"},
		{"type t struct{}\nfunc (t) M() int { return 1 }\nreturn t{}.M", "func() int"},
		{"type e interface{ M() e }\nreturn e(nil)", "e"},
		{"type t func(t) t\nreturn t(nil)", "t"},
	},
	"not exported": {
		{"import \"encoding/binary\"\nreturn binary.LittleEndian", "any"},
		{"import \"encoding/binary\"\nx := binary.BigEndian\nreturn &x", "any"},
		{"import \"encoding/binary\"\nreturn []any{binary.LittleEndian}", "[]any"},
		{id + "import \"encoding/binary\"\nreturn id(binary.LittleEndian)", "any"},
		{"import \"encoding/binary\"\nfunc list[T any](x ...T) []T { return x }\nreturn list(binary.LittleEndian)", "any"},
		{"import \"encoding/binary\"\nfunc thunk[T any](x T) func() T { return func() T { return x } }\nreturn thunk(binary.LittleEndian)", "any"},
		{alt("import \"encoding/binary\"", "binary.LittleEndian", "binary.ByteOrder(binary.LittleEndian)"), "binary.ByteOrder"},
		{alt("import \"encoding/binary\"", "nil", "binary.ByteOrder(binary.LittleEndian)"), "binary.ByteOrder"},
	},
	"aliases": {
		{"return byte(1)", "byte"},
		{"return uint8(1)", "uint8"},
		{"return []byte(nil)", "[]byte"},
		{"return rune(1)", "rune"},
		{"return map[string]any{}", "map[string]any"},
		{"return map[string]interface{}{}", "map[string]interface{}"},
		{"type u = map[string]int\nreturn u{}", "u"},
		{"type u = []int\ntype v = u\nreturn v{}", "v"},
		{alt("type u = []int", "[]int{}", "u{}"), "[]int"},
		{"type e = error\nfunc f() e { return nil }\nreturn f()", "struct{}"},
		{"import \"os\"\nreturn os.FileMode(0)", "os.FileMode"},
		{"import \"os\"\nfi, err := os.Stat(\".\")\nif err != nil {\n\treturn err\n}\nreturn fi", "os.FileInfo"},
		{alt("import (\"os\"; \"io/fs\")", "os.FileMode(0)", "fs.FileMode(0)"), "os.FileMode"},
		{alt("import (\"os\"; \"io/fs\")", "fs.FileMode(0)", "os.FileMode(0)"), "fs.FileMode"},
	},
	"added imports": {
		{"import \"os\"\nfi, err := os.Stat(\".\")\nif err != nil {\n\treturn err\n}\nreturn fi.Mode()", "fs.FileMode"},
		{"import \"os\"\nfi, err := os.Stat(\".\")\nif err != nil {\n\treturn err\n}\nreturn fi.ModTime()", "time.Time"},
		{"import \"go/parser\"\ne, err := parser.ParseExpr(\"1\")\nreturn e, err", "ast.Expr"},
		{"import \"go/parser\"\nast := 1\n_ = ast\ne, err := parser.ParseExpr(\"1\")\nreturn e, err", "ast2.Expr"},
		{"import \"go/parser\"\nfunc ast() {}\ne, err := parser.ParseExpr(\"1\")\nast()\nreturn e, err", "ast2.Expr"},
		{"import \"go/parser\"\ntype ast int\nast2 := 1\n_ = ast2\ne, err := parser.ParseExpr(\"1\")\nreturn e, err", "ast3.Expr"},
		{"import \"go/parser\"\nimport ast \"fmt\"\nast.Println()\ne, err := parser.ParseExpr(\"1\")\nreturn e, err", "ast2.Expr"},
		{"import \"go/parser\"\nimport _ \"go/ast\"\ne, err := parser.ParseExpr(\"1\")\nreturn e, err", "ast.Expr"},
		{"import \"go/parser\"\nimport . \"go/ast\"\nvar _ Node\ne, err := parser.ParseExpr(\"1\")\nreturn e, err", "Expr"},
		{"import \"go/parser\"\nimport a \"go/ast\"\nvar _ a.Node\ne, err := parser.ParseExpr(\"1\")\nreturn e, err", "a.Expr"},
		{"import \"text/template\"\nreturn template.New(\"x\").Tree", "*parse.Tree"},
		{"import \"net/url\"\nu, err := url.Parse(\"x\")\nif err != nil {\n\treturn err\n}\nreturn u.User", "*url.Userinfo"},
		{"import \"os\"\nreturn os.Stat", "func(name string) (os.FileInfo, error)"},
		{"import \"os\"\nreturn os.Stdin.SyscallConn", "func() (syscall.RawConn, error)"},
		{"import \"os\"\nreturn os.ReadDir", "func(name string) ([]os.DirEntry, error)"},
		{"import \"reflect\"\nreturn reflect.ValueOf(1).Seq()", "iter.Seq[reflect.Value]"},
		{"import \"math/rand/v2\"\nreturn rand.NewPCG(1, 2)", "*rand.PCG"},
		{"import \"time\"\ntime := time.Second\nreturn time", "time.Duration"},
		{"import \"time\"\nfor _, time := range []time.Duration{1} {\n\treturn time\n}", "time.Duration"},
	},
	"calls": {
		{"func f() int { return 1 }\nreturn f()", "int"},
		{"func f() (int, error) { return 1, nil }\nreturn f()", "int"},
		{"func f() (int, string) { return 1, \"\" }\nreturn f()", "[]any"},
		{"func f() (int, string, error) { return 1, \"\", nil }\nreturn f()", "[]any"},
		{"func f() (a, b int, err error) { return }\nreturn f()", "[]any"},
		{"func f() error { return nil }\nreturn f()", "struct{}"},
		{"func f() (error, error) { return nil, nil }\nreturn f()", "error"},
		{"func f() {}\nreturn f()", "error: f() (no value) used as value"},
		{"f := func() (int, error) { return 1, nil }\nreturn f()", "int"},
		{"return func() (int, error) { return 1, nil }()", "int"},
		{id + "return id(id(2.5))", "float64"},
		{"type t int\nfunc (t) M() (string, error) { return \"\", nil }\nreturn t(1).M()", "string"},
		{myErr + "func f() (int, *MyErr) { return 1, nil }\nreturn f()", "int"},
		{alt("func f() (int, string) { return 1, \"\" }", "f()", "f()"), "[]any"},
		{alt("func f() (int, string) { return 1, \"\" }", "f()", "1, 2"), "[]any"},
		{alt("func f() (int, string) { return 1, \"\" }", "f()", "1"), "any"},
		{alt("func f() (int, string) { return 1, \"\" }", "f()", "[]any{1}"), "any"},
		{alt("func f() (int, error) { return 1, nil }", "f()", "1"), "int"},
		{alt("func f() (int8, error) { return 1, nil }", "f()", "1"), "int8"},
		{alt("func f() (int8, error) { return 1, nil }", "f()", "300"), "any"},
		{alt("func f() (int, error) { return 1, nil }\nfunc g() (string, error) { return \"\", nil }", "f()", "g()"), "any"},
		{alt("import (\"io\"; \"os\")\nfunc f() (io.Reader, error) { return nil, nil }\nfunc g() (*os.File, error) { return nil, nil }", "g()", "f()"), "io.Reader"},
		{"import \"os\"\nreturn os.Open(\"x\")", "*os.File"},
		{"import \"strconv\"\nreturn strconv.Atoi(\"1\")", "int"},
		{"import \"strings\"\nreturn strings.Cut(\"a\", \"b\")", "[]any"},
		{"import \"os\"\nreturn os.Remove(\"/dev/null/none\")", "struct{}"},
		{"func f() (int, error) { return 1, nil }\nreturn f(), nil", "error: multiple-value f()"},
		{"func f() (int, any) { return 1, nil }\nreturn f()", "[]any"},
	},
	"errors alone": {
		{"import \"errors\"\nreturn errors.New(\"x\")", "struct{}"},
		{"var err error\nreturn err", "struct{}"},
		{myErr + "return &MyErr{}", "struct{}"},
		{myErr + "return MyErr{}", "MyErr"},
		{myErr + "return new(MyErr)", "struct{}"},
		{"type E string\nfunc (E) Error() string { return \"\" }\nreturn E(\"x\")", "struct{}"},
		{"type E string\nfunc (E) Error() string { return \"\" }\nreturn 1, E(\"x\")", "int"},
		{"type E interface { error; Code() int }\nreturn E(nil)", "struct{}"},
		{"return struct{ error }{}", "struct{}"},
		{"return interface{ error; M() }(nil)", "struct{}"},
		{myErr + "return 1, &MyErr{}", "int"},
		{myErr + "return 1, MyErr{}", "[]any"},
		{"import \"io\"\nreturn io.EOF", "struct{}"},
		{"import \"io\"\nreturn 1, 2, io.EOF", "[]any"},
		{"import \"io\"\nreturn io.EOF, 1", "[]any"},
		{"import \"io\"\nreturn io.EOF, nil", "error"},
		{"import \"io\"\nreturn io.EOF, io.EOF", "error"},
		{alt(errorf, `errors.New("")`, `nil`), "any"},
		{alt(errorf, `errors.New("")`, `errors.New("x")`), "struct{}"},
		{alt(errorf, `errors.New("")`, `1, 2`), "[]any"},
		{alt(errorf, `errors.New("")`, `1, 2`, `3`), "any"},
		{alt(myErr+errorf, `errors.New("")`, `&MyErr{}`), "struct{}"},
		{alt(myErr, `&MyErr{}`, `n, &MyErr{}`, `n`), "int"},
		{"import \"errors\"\nerr := errors.New(\"x\")\nerr", "struct{}"},
	},
	"no value": {
		{"", "struct{}"},
		{"// nothing", "struct{}"},
		{"return", "struct{}"},
		{"x := 1\n_ = x", "struct{}"},
		{"if len(\"x\") > 1 {\n\treturn\n}\nprintln()", "struct{}"},
		{"if len(\"x\") > 1 {\n\treturn\n}\nreturn 1", "int"},
		{"if len(\"x\") > 1 {\n\treturn 1\n}", "int"},
		{"if len(\"x\") > 1 {\n\treturn 1\n}\nreturn", "int"},
		{"if len(\"x\") > 1 {\n\treturn 1, 2\n}\nreturn", "[]any"},
		{"if len(\"x\") > 1 {\n\treturn\n}\nreturn \"a\", nil", "string"},
		{imp + "if len(\"x\") > 1 {\n\treturn\n}\nreturn reactor.Succeed(1)", "int"},
		{"for {\n}", "struct{}"},
		{"panic(1)", "struct{}"},
		{"select {}", "struct{}"},
		{"for {\n\tif len(\"x\") > 1 {\n\t\treturn 1\n\t}\n}", "int"},
		{"func() int { return 1 }()", "int"},
		{"func f() int { return 1 }\nf()", "int"},
		{"func f() int { return 1 }\n(f())", "int"},
		{"import \"fmt\"\nfmt.Println()", "struct{}"},
		{"defer func() { recover() }()", "struct{}"},
		{"func() string { return string(\"x\") }()\nprintln()", "struct{}"},
		{"func() {}()\nreturn 2", "int"},
		{"go func() int { return 1 }()", "struct{}"},
	},
	"final expression": {
		{"1 + 1", "int"},
		{"x := \"a\"\nx", "string"},
		{"x := 1.5\nx * 2", "float64"},
		{"[]int{1}", "[]int"},
		{"map[string]bool{}[\"a\"]", "bool"},
		{"x := 1\nx == 2", "bool"},
		{"x := 1\n&x", "*int"},
		{"x := 1\np := &x\n*p", "int"},
		{"x := struct{ a int8 }{}\nx.a", "int8"},
		{"func() int { return 1 }", "func() int"},
		{"var x any = 1\nx.(int)", "int"},
		{"c := make(chan int8, 1)\nc <- 1\n<-c", "int8"},
		{"nil", "any"},
		{"if len(\"x\") > 1 {\n\treturn \"a\"\n}\n\"b\"", "string"},
		{"if len(\"x\") > 1 {\n\treturn 1\n}\n2.5", "float64"},
		{"if len(\"x\") > 1 {\n\treturn int8(1)\n}\n2", "int8"},
		{"if len(\"x\") > 1 {\n\treturn 1\n}\n\"a\"", "any"},
		{"x := 1\n(x)", "int"},
		{"x := []int{1}\nx[0]", "int"},
		{"x := 1\nx;", "int"},
		{"import \"time\"\ntime.Second", "time.Duration"},
		{id + "id[int]", "func(x int) int"},
	},
	"final conversion": {
		{"x := 1\nfloat64(x)", "float64"},
		{"x := 1\n(float64(x))", "float64"},
		{"x := 1\n(float32)(x)", "float32"},
		{"[]byte(\"x\")", "[]byte"},
		{"string([]byte{1})", "string"},
		{"type t int\nt(1)", "t"},
		{box + "type b2[T any] box[T]\nb2[int](box[int]{})", "b2[int]"},
		{"(*int)(nil)", "*int"},
		{"(func() int)(nil)", "func() int"},
		{"any(1)", "any"},
		{"error(nil)", "struct{}"},
		{"import \"time\"\ntime.Duration(5)", "time.Duration"},
		{"interface{ M() }(nil)", "interface{M()}"},
		{"{\ntype t int\n}\nx := 1\nint8(x)", "int8"},
		{"type t = float32\nt(1)", "t"},
	},
	"final builtin": {
		{"len(\"x\")", "int"},
		{"x := []int{1}\nlen(x)", "int"},
		{"x := []int{1}\ncap(x)", "int"},
		{"x := []int{1}\nappend(x, 2)", "[]int"},
		{"x := []int{1}\ncopy(x, x)", "int"},
		{"x := 1.5\nmin(x, 2)", "float64"},
		{"max(1, 2)", "int"},
		{"max(1, 2.5)", "float64"},
		{"max(\"a\", \"b\")", "string"},
		{"new(int)", "*int"},
		{"make([]int, 1)", "[]int"},
		{"make(chan int)", "chan int"},
		{"complex(1, 2)", "complex128"},
		{"x := float32(1)\ncomplex(x, 2)", "complex64"},
		{"x := 2i\nreal(x)", "float64"},
		{"imag(2i)", "float64"},
		{"recover()", "any"},
		{"(len(\"x\"))", "int"},
		{"import \"unsafe\"\nx := 1\nunsafe.Sizeof(x)", "uintptr"},
		{"import \"unsafe\"\nx := 1\nunsafe.Slice(&x, 1)", "[]int"},
		{"print()", "struct{}"},
		{"println(1)", "struct{}"},
		{"m := map[int]int{}\ndelete(m, 1)", "struct{}"},
		{"m := map[int]int{}\nclear(m)", "struct{}"},
		{"c := make(chan int)\nclose(c)", "struct{}"},
		{"func len(s string) int { return 1 }\nlen(\"x\")", "int"},
		{"len := func(s string) int { return 1 }\nlen(\"x\")", "int"},
		{"func len(s string) int { return 1 }\nreturn len(\"x\")", "int"},
		{"if true {\n\treturn int8(1)\n}\nlen(\"x\")", "any"}, // a constant, but of type int
		{"x := \"a\"\nif true {\n\treturn int8(1)\n}\nlen(x)", "any"},
	},
	"several values": {
		{`return 1, "a"`, "[]any"},
		{`return 1, "a", nil`, "[]any"},
		{`return 1, nil`, "int"},
		{`return nil, 1`, "[]any"},
		{`return nil, nil, nil`, "[]any"},
		{alt("", `1, "a"`, `2.5, nil, 'x'`), "[]any"},
		{alt("", `1, "a"`, `2`), "any"},
		{alt("", `1, "a"`, `[]any{2}`), "any"},
		{alt("", `1, "a"`, `nil`), "any"},
		{alt(errorf, `1, 2, errors.New("")`, `1, 2`), "[]any"},
		{alt(errorf, `1, 2, errors.New("")`, `1, errors.New("")`), "any"},
		{"type any2 = any\nreturn 1, 2", "[]any"},
		{"return (1), (2)", "[]any"},
	},
	"await": {
		{inBackground + "return await reactor.Succeed(1)", "int"},
		{inBackground + "await reactor.Succeed(\"x\")", "string"},
		{inBackground + "await reactor.Succeed(1)\nprintln()", "struct{}"},
		{inBackground + "n := await reactor.Succeed(1)\nreturn n", "int"},
		{inBackground + "n, err := await reactor.Succeed(1)\nreturn n, err", "int"},
		{inBackground + "n, err := await reactor.Succeed(1)\nreturn err, n", "[]any"},
		{inBackground + "_, err := await reactor.Succeed(1)\nreturn err", "struct{}"},
		{inBackground + "var n, err = await reactor.Succeed(int8(1))\n_ = err\nreturn n", "int8"},
		{inBackground + "var n any = await reactor.Succeed(1)\nreturn n", "any"},
		{inBackground + "return (await reactor.Succeed(1.5))", "float64"},
		{inBackground + "return await reactor.Succeed(1), nil", "int"},
		{inBackground + "return await reactor.Succeed(1), 2", "[]any"},
		{inBackground + "return await reactor.Succeed([]string{})", "[]string"},
		{inBackground + "return await reactor.Succeed(map[string][]int{})", "map[string][]int"},
		{inBackground + "return await reactor.Succeed(new(int))", "*int"},
		{inBackground + "return await reactor.Succeed(struct{}{})", "struct{}"},
		{inBackground + "return await reactor.Succeed(struct{ n int }{1})", "struct{n int}"},
		{inBackground + "return await reactor.Succeed(func(int) string { return \"\" })", "func(int) string"},
		{inBackground + "return await reactor.Succeed([]any{1})", "[]any"},
		{inBackground + "return await reactor.Succeed[any](1)", "any"},
		{inBackground + "import \"io\"\nreturn await reactor.Succeed[io.Reader](nil)", "io.Reader"},
		{inBackground + "import \"time\"\nreturn await reactor.Sleep(time.Second)", "struct{}"},
		{inBackground + "import \"time\"\nreturn await reactor.Succeed(time.Second)", "time.Duration"},
		{inBackground + "import \"encoding/binary\"\nreturn await reactor.Succeed(binary.LittleEndian)", "any"},
		{inBackground + "type shout string\nreturn await reactor.Succeed(shout(\"x\"))", "shout"},
		{inBackground + "{\n\ttype shout string\n\treturn await reactor.Succeed(shout(\"x\"))\n}", "any"},
		{inBackground + box + "return await reactor.Succeed(box[int]{})", "box[int]"},
		{inBackground + box + "func load[T any](v T) *reactor.Deferred[box[T]] { return reactor.Succeed(box[T]{v}) }\nreturn await load(\"x\")", "box[string]"},
		{inBackground + "func load[T any]() *reactor.Deferred[T] { return nil }\nreturn await load[[]int8]()", "[]int8"},
		{inBackground + "func load[T any]() *reactor.Deferred[T] { return nil }\nreturn await load()", "error: -:3:14: in call to load, cannot infer T"},
		{inBackground + id + "return id(await id(reactor.Succeed(1)))", "int"},
		{inBackground + id + "return await id(reactor.Succeed)(1)", "error: -:3:14: in call to id, cannot infer T"},
		{inBackground + "type D = *reactor.Deferred[int]\nvar d D\nreturn await d", "int"},
		{inBackground + "type D[T any] = reactor.Deferred[T]\nvar d *D[string]\nreturn await d", "string"},
		{inBackground + "type job struct{ *reactor.Deferred[int8] }\nreturn await job{}", "int8"},
		{inBackground + "type job struct{ reactor.Deferred[int8] }\nreturn await &job{}", "error: undefined: await"},
		{inBackground + "type job struct{ reactor.Deferred[int8] }\nj := &job{}\nreturn await j", "int8"},
		{inBackground + "type job struct{ reactor.Deferred[int8] }\nvar j job\nreturn await j", "error: cannot await j (of type job)"},
		{inBackground + "type job struct{ *reactor.EventualResult[rune] }\nreturn await job{}", "rune"},
		{inBackground + "type D *reactor.Deferred[int]\nvar d D\nreturn await d", "error: cannot await d (of type D)"},
		{inBackground + "var a reactor.Awaitable[int8]\nreturn await a", "int8"},
		{inBackground + "var d reactor.Deferred[int]\nreturn await d", "error: cannot await d (of type reactor.Deferred[int])"},
		{inBackground + "r := reactor.RunInReactor(func() (int, error) { return 1, nil })\nreturn await r", "int"},
		{inBackground + "return await reactor.RunDeferred(func() (*reactor.Deferred[[]byte], error) { return nil, nil })", "[]byte"},
	},
	"await in expressions": {
		{inBackground + "return await reactor.Succeed(1) + 1", "int"},
		{inBackground + "return 2 * await reactor.Succeed(1.5)", "float64"},
		{inBackground + "return await reactor.Succeed(int8(1)) << 2", "int8"},
		{inBackground + "return 1 << await reactor.Succeed(int8(1))", "int"},
		{inBackground + "return await reactor.Succeed(1) + 1.5", "error: 1.5 (untyped float constant) truncated to int"},
		{inBackground + "return await reactor.Succeed(int8(1)) + 300", "error: (untyped int constant) overflows int8"},
		{inBackground + "return await reactor.Succeed(int8(1)) + await reactor.Succeed(1)", "error: mismatched types int8 and int"},
		{inBackground + "return await reactor.Succeed(1) == 1", "bool"},
		{inBackground + "type b bool\nreturn b(true) && await reactor.Succeed(b(true))", "b"},
		{inBackground + "return -await reactor.Succeed('a')", "rune"},
		{inBackground + "return *await reactor.Succeed(new(string))", "string"},
		{inBackground + "return (await reactor.Succeed([]int{}))[0]", "int"},
		{inBackground + "return (await reactor.Succeed(struct{ n int8 }{})).n", "int8"},
		{inBackground + "return []any{await reactor.Succeed(1)}", "[]any"},
		{inBackground + "len(await reactor.Succeed(\"x\"))", "int"},
		{inBackground + "float32(await reactor.Succeed(1))", "float32"},
		{inBackground + "await reactor.Succeed(1) + 1", "int"},
		{inBackground + "func() int8 { return await reactor.Succeed(int8(1)) }()", "int8"},
		{inBackground + "return func() int8 { return await reactor.Succeed(int8(1)) }()", "int8"},
		{inBackground + "x := func() int8 { return await reactor.Succeed(int8(1)) }()\nreturn x", "int8"},
		{inBackground + "func() { await reactor.Succeed(1) }()\nreturn int8(1)", "int8"},
		{inBackground + "var v any = await reactor.Succeed(1)\nv.(int)", "int"},
	},
	"await of channels": {
		{inBackground + "return await make(chan int8)", "int8"},
		{inBackground + "return await make(<-chan string)", "string"},
		{inBackground + "type c chan []int\nreturn await make(c)", "[]int"},
		{inBackground + "type c[T any] chan T\nreturn await make(c[int])", "int"},
		{inBackground + "return await await make(chan *reactor.Deferred[int])", "int"},
		{inBackground + "return await await make(chan chan int)", "int"},
		{inBackground + "return await await make(chan chan<- int)", "error: cannot await await make(chan chan<- int) (of type chan<- int)"},
		{inBackground + "v, err := await make(chan int)\nreturn v, err", "int"},
		{inBackground + "import \"time\"\nreturn await time.After(time.Second)", "time.Time"},
		{inBackground + "import \"context\"\nreturn await context.Background().Done()", "struct{}"},
		{inBackground + "c := make(chan func() *reactor.Deferred[int8])\nreturn await (await c)()", "error: undefined: await"},
		{inBackground + "c := make(chan func() *reactor.Deferred[int8])\nf := await c\nreturn await f()", "int8"},
		{inBackground + "c := new(chan int)\nreturn await c", "error: cannot await c (of type *chan int)"},
		{inBackground + "type c chan<- int\nreturn await make(c)", "error: cannot await make(c) (of type c)"},
	},
	"await of Deferreds of Deferreds": {
		{inBackground + "return await reactor.Succeed(reactor.Succeed(1))", "int"},
		{inBackground + "return await await reactor.Succeed(reactor.Succeed(1))", "int"},
		{inBackground + "return await make(chan *reactor.Deferred[string])", "string"},
		{inBackground + "await reactor.Succeed(1)\nreturn reactor.Succeed(\"x\")", "string"},
		{inBackground + "n := await reactor.Succeed(1)\nreturn reactor.Succeed(n), nil", "int"},
		{inBackground + "await reactor.Succeed(1)\nreturn reactor.Succeed(reactor.Succeed(\"x\"))", "any"},
		{inBackground + "if await reactor.Succeed(true) {\n\treturn reactor.Succeed(1)\n}\nreturn await reactor.Succeed(reactor.Succeed(2))", "int"},
		{inBackground + "if await reactor.Succeed(true) {\n\treturn reactor.Succeed(1)\n}\nreturn await reactor.Succeed(2)", "any"},
		{inBackground + "if await reactor.Succeed(true) {\n\treturn nil\n}\nreturn await reactor.Succeed(2)", "any"},
	},
	"returns beside await": {
		{inBackground + alt("", "await reactor.Succeed(1)", "await reactor.Succeed(2)"), "int"},
		{inBackground + alt("", "await reactor.Succeed(1)", "2"), "int"},
		{inBackground + alt("", "2", "await reactor.Succeed(1.5)"), "float64"},
		{inBackground + alt("", "await reactor.Succeed(int8(1))", "300"), "any"},
		{inBackground + alt("", "await reactor.Succeed(1)", `await reactor.Succeed("x")`), "any"},
		{inBackground + alt("", "await reactor.Succeed(1)", "await reactor.Succeed(2), nil"), "int"},
		{inBackground + alt("", "await reactor.Succeed(1)", "1, 2"), "any"},
		{inBackground + alt("", "await reactor.Succeed([]any{})", "1, 2"), "any"},
		{inBackground + alt("", "await reactor.Succeed(new(int))", "nil"), "*int"},
		{inBackground + alt(errorf, `errors.New("")`, "await reactor.Succeed(1)"), "int"},
		{inBackground + alt("import (\"io\"; \"os\")", "await reactor.Succeed[io.Reader](nil)", "await reactor.Succeed(os.Stdin)"), "io.Reader"},
		{inBackground + "if await reactor.Succeed(true) {\n\treturn\n}\nreturn await reactor.Succeed(1)", "int"},
		{inBackground + "type any int\nreturn await reactor.Succeed(1)", "any"},
		{inBackground + "type string int\nreturn await reactor.Succeed(\"x\")", "any"},
	},
	"await in a plain cell": {
		{"await reactor.Succeed(1)", "int"},
		{"n := await reactor.Succeed(1)", "struct{}"},
		{"await reactor.Succeed(1)\nreturn \"x\"", "string"},
		{"await reactor.Succeed(1)\nreturn reactor.Succeed(1)", "any"},
	},
	"shadowed": {
		{"nil := 1\nreturn nil", "any"},
		{"any := 1\nreturn any", "any"},
		{"string := \"x\"\nreturn string", "string"},
		{"string := 1\nreturn string", "int"},
		{"int := \"x\"\nreturn int, nil", "string"},
		{"error := 1\nreturn error", "int"},
		{"true := false\nreturn true", "bool"},
		{"len := 3\nreturn len", "int"},
		{"iota := 3\nreturn iota", "int"},
		{"type string int\nreturn string(1)", "string"},
		{"type string int\nreturn \"x\"", "any"},
		{"type string int\nreturn []int{1}", "[]int"},
		{"type string int\nreturn map[string]int{}", "map[string]int"},
		{"type int float64\nreturn len(\"x\")", "any"},
		{"type byte string\nreturn \"abc\"[0]", "any"},
		{"type byte string\nreturn \"abc\"[0] + uint8(1)", "any"},
		{"type t int\nt := t(1)\nreturn t", "error: -:1:6: t redeclared in the cell (also at 2:1)"},
		{"type t int\nif x := t(1); x > 0 {\n\tt := x\n\treturn t\n}\nreturn t(2)", "t"},
		{"type t struct{}\nif x := (t{}); true {\n\tt := x\n\treturn t\n}\nreturn t{}", "t"},
		{"func f(reactor int) int { return reactor }\nreturn f(1)", "int"},
		{"reactor := 1\nreturn reactor", "int"},
		{"reactor := 1\nreturn reactor, reactor", "[]any"},
		{"func reactor() (int, string) { return 1, \"\" }\nreturn reactor()", "[]any"},
		{"if false {\n\tnil := 1\n\t_ = nil\n}\nreturn 1", "int"},
		{"if false {\n\tany := 1\n\t_ = any\n}\nreturn 1, 2", "[]any"},
		{"func f() int { nil := 1; return nil }\nreturn f()", "int"},
		{"func f(any int) int { return any }\nreturn f(1)", "int"},
		{"type bool int\nx := 1\nreturn x == 2", "any"},
		{"type comparable int\nreturn comparable(1)", "comparable"},
	},
}

// TestTypeRules holds the result's type for each row, and then compiles them all.
func TestTypeRules(t *testing.T) {
	t.Parallel()
	build := &cellBuild{goldenBuild: goldenBuild{dir: t.TempDir(), t: t}}
	for _, rule := range slices.Sorted(maps.Keys(typeRules)) {
		rows := typeRules[rule]
		t.Run(rule, func(t *testing.T) {
			for i, row := range rows {
				out := checkType(t, row, rewrite.Options{Package: "cell", Env: goldenEnv})
				checkHeader(t, row.cell)
				if out != nil {
					build.add(fmt.Sprintf("%s_%d", strings.ReplaceAll(rule, " ", "_"), i), out.Code)
				}
			}
		})
	}
	build.build("compiled_types")
}

// checkHeader checks that a cell that can be a block is one whose header is one line, so that line N
// of the cell stays line N.
func checkHeader(t *testing.T, cell string) {
	t.Helper()
	out, err := rewrite.Cell([]byte(cell), rewrite.Options{Target: rewrite.Block, Env: goldenEnv, Assign: "result"})
	if err != nil {
		return
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc _() {\n"+string(out.Code)+"\n}", 0); err != nil {
		t.Errorf("%s\n\tthe block does not parse: %v\n%s", cell, err, out.Code)
	}
	if first, _, _ := strings.Cut(string(out.Code), "\n"); !strings.Contains(first, "//cellwrap:wrapped") {
		t.Errorf("%s\n\tthe header of the block is not one line:\n%s", cell, out.Code)
	}
}

// checkType holds a row, and returns its output.
func checkType(t *testing.T, row typeRow, opts rewrite.Options) *rewrite.Output {
	t.Helper()
	out, err := rewrite.Cell([]byte(row.cell), opts)
	if want, ok := strings.CutPrefix(row.want, "error: "); ok {
		if err == nil {
			t.Errorf("%s\n\tgot %s, want an error with %q", row.cell, out.Result, want)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n\tgot error %v, want one with %q", row.cell, err, want)
		}
		return nil
	}
	if err != nil {
		t.Errorf("%s\n\tgot error %v, want %s", row.cell, err, row.want)
		return nil
	}
	if out.Result != row.want {
		t.Errorf("%s\n\tgot %s, want %s\n%s", row.cell, out.Result, row.want, out.Code)
	}
	if formatted, err := format.Source(out.Code); err != nil || !bytes.Equal(formatted, out.Code) {
		t.Errorf("%s\n\tgofmt changes the output (%v)\n%s", row.cell, err, out.Code)
	}
	for _, d := range out.Diagnostics {
		if !strings.HasPrefix(d.Msg, "the cell may end here without a return") { // as some rows mean to
			t.Errorf("%s\n\t%s: %s: %s", row.cell, d.Pos, d.Severity, d.Msg)
		}
	}
	return out
}

// cellBuild compiles outputs that no golden case holds: as few packages as their names allow,
// for a compiler's start takes longer than its work on a cell.
type cellBuild struct {
	goldenBuild
	packages []map[string]bool // the names that each declares (true) or imports
}

func (b *cellBuild) add(name string, code []byte) {
	f, err := parser.ParseFile(token.NewFileSet(), "", code, 0)
	if err != nil {
		b.t.Errorf("%s does not parse: %v\n%s", name, err, code)
		return
	}
	names := map[string]bool{}
	for _, imp := range f.Imports {
		if imp.Name == nil {
			names[path.Base(strings.TrimSuffix(imp.Path.Value, `"`))] = false
		} else {
			names[imp.Name.Name] = false
		}
	}
	alone := slices.Contains(slices.Collect(maps.Keys(names)), ".")
	for declared := range f.Scope.Objects {
		names[declared] = true
		alone = alone || types.Universe.Lookup(declared) != nil
	}
	clash := func(pkg map[string]bool) bool {
		for name, declared := range names {
			if other, ok := pkg[name]; ok && name != "_" && (declared || other) {
				return true
			}
		}
		return pkg["alone"]
	}
	i := slices.IndexFunc(b.packages, func(pkg map[string]bool) bool { return !clash(pkg) })
	if i < 0 || alone {
		i = len(b.packages)
		b.packages = append(b.packages, map[string]bool{"alone": alone})
	}
	maps.Copy(b.packages[i], names)
	b.write(fmt.Sprintf("file/p%d/%s.go", i, name), code)
}

func (b *cellBuild) build(list string) {
	if testing.Short() {
		return
	}
	b.copyPackage("reactor", "reactor")
	b.write("go.mod", []byte("module "+goldenModule+"\n\ngo 1.26\n"))
	var packages []string
	for i := range b.packages {
		packages = append(packages, fmt.Sprintf("file/p%d", i))
	}
	for pkg, lines := range b.compile(list, packages, false) {
		b.t.Errorf("%s does not compile:\n%s", pkg, strings.Join(lines, ""))
	}
}

// TestZeroValues holds what stands beside an error where the other returns give a value.
func TestZeroValues(t *testing.T) {
	t.Parallel()
	build := &cellBuild{goldenBuild: goldenBuild{dir: t.TempDir(), t: t}}
	for i, row := range []struct{ pre, value, result, zero string }{
		{"", "1", "int", "0"},
		{"", "1.5", "float64", "0"},
		{"", "'a'", "rune", "0"},
		{"", "2i", "complex128", "0"},
		{"", "uint8(1)", "uint8", "0"},
		{"", `"a"`, "string", `""`},
		{"", "true", "bool", "false"},
		{"", "n == 2", "bool", "false"},
		{"", "&n", "*int", "nil"},
		{"", "[]int{1}", "[]int", "nil"},
		{"", "map[string]int{}", "map[string]int", "nil"},
		{"", "func() {}", "func()", "nil"},
		{"", "make(chan int)", "chan int", "nil"},
		{"", "any(1)", "any", "nil"},
		{"", "nil", "any", "nil"},
		{"", "interface{ M() }(nil)", "interface{M()}", "nil"},
		{"", "struct{}{}", "struct{}", "struct{}{}"},
		{"", "struct{ a int }{1}", "struct{a int}", "struct{ a int }{}"},
		{"", "[2]string{}", "[2]string", "[2]string{}"},
		{"", "1, 2", "[]any", "nil"},
		{"type t int", "t(1)", "t", "0"},
		{"type t string", `t("a")`, "t", `""`},
		{"type t bool", `t(true)`, "t", `false`},
		{"type t struct{ a int }", "t{}", "t", "t{}"},
		{"type t struct{ a int }", "&t{}", "*t", "nil"},
		{"type t [2]int", "t{}", "t", "t{}"},
		{"type t []int", "t{}", "t", "nil"},
		{"type t func()", "t(nil)", "t", "nil"},
		{"type t = int", "t(1)", "t", "0"},
		{"type t = struct{ a int }", "t{}", "t", "t{}"},
		{"type t interface{ M() }", "t(nil)", "t", "nil"},
		{box, "box[int]{}", "box[int]", "box[int]{}"},
		{box, "&box[int]{}", "*box[int]", "nil"},
		{"type num[T any] int", "num[string](1)", "num[string]", "0"},
		{"type arr[T any] [2]T", "arr[string]{}", "arr[string]", "arr[string]{}"},
		{"type set[T comparable] = map[T]bool", "set[string]{}", "set[string]", "nil"},
		{`import "time"`, "time.Second", "time.Duration", "0"},
		{`import "time"`, "time.Now()", "time.Time", "time.Time{}"},
		{`import "unsafe"`, "unsafe.Pointer(&n)", "unsafe.Pointer", "nil"},
		{`import "os"`, "os.Stdin", "*os.File", "nil"},
		{imp, "reactor.Succeed(1)", "int", "nil"},
		{`import "encoding/binary"`, "binary.LittleEndian", "any", "nil"},
	} {
		cell := "import \"errors\"\n" + row.pre + "\nn := len(\"abc\")\nif n == 2 {\n\treturn errors.New(\"x\")\n}\nreturn " + row.value + "\n"
		out := checkType(t, typeRow{cell, row.result}, rewrite.Options{Package: "cell", Env: goldenEnv})
		if out == nil {
			continue
		}
		if want := "\t\treturn " + row.zero + ", errors.New(\"x\")\n"; !strings.Contains(string(out.Code), want) {
			t.Errorf("%s\n\twant %s in\n%s", cell, want, out.Code)
		}
		// And at the end of a body that does not return.
		end := "import \"errors\"\n" + row.pre + "\nn := len(\"abc\")\nif n == 2 {\n\treturn errors.New(\"x\")\n} else if n == 1 {\nreturn " + row.value + "\n}\n"
		last := checkType(t, typeRow{end, row.result}, rewrite.Options{Package: "cell", Env: goldenEnv})
		if last != nil && !strings.Contains(string(last.Code), "\treturn "+row.zero+", nil\n})") {
			t.Errorf("%s\n\twant %s at the end of\n%s", end, row.zero, last.Code)
		}
		build.add(fmt.Sprint("zero_", i), out.Code)
		if last != nil {
			build.add(fmt.Sprint("end_", i), last.Code)
		}
	}
	build.build("compiled_zero_values")
}

// TestTypesOfModules holds what becomes of types that another module hides, in a module of the
// user's with one that is replaced.
func TestTypesOfModules(t *testing.T) {
	dir := t.TempDir()
	b := goldenBuild{dir: dir, t: t}
	b.write("user/go.mod", []byte("module example.com/user\n\ngo 1.26\n\nrequire example.com/dep v0.0.0\n\nreplace example.com/dep => ../dep\n"))
	b.write("user/internal/mine/mine.go", []byte("package mine\n\ntype T struct{}\n"))
	b.write("user/pub/pub.go", []byte("package pub\n\nimport \"example.com/user/internal/mine\"\n\nfunc Mine() mine.T { return mine.T{} }\n"))
	b.write("dep/go.mod", []byte("module example.com/dep\n\ngo 1.26\n"))
	b.write("dep/internal/hidden/hidden.go", []byte("package hidden\n\ntype T struct{ A int }\n\ntype G[X any] struct{ X X }\n"))
	b.write("dep/dep.go", []byte(`package dep

import "example.com/dep/internal/hidden"

type secret struct{ n int }

type Open struct{ secret }

type Alias = hidden.T

type alias = Open

type List[T any] []T

func Secret() secret           { return secret{} }
func Hidden() *hidden.T        { return nil }
func OfAlias() Alias           { return Alias{} }
func NotExported() alias       { return alias{} }
func Generic() hidden.G[int]   { return hidden.G[int]{} }
func Lists() List[*hidden.T]   { return nil }
func OpenList() List[Open]     { return nil }
func Anonymous() struct{ n int } { return struct{ n int }{} }
func Public() struct{ N int }  { return struct{ N int }{} }
func Method() interface{ m() } { return nil }
func Func() func(secret)       { return nil }
`))
	b.write("dep/v2name/pkg.go", []byte("package other\n\ntype T int\n\nfunc New() T { return 1 }\n"))
	b.write("dep/giver/giver.go", []byte("package giver\n\nimport other \"example.com/dep/v2name\"\n\nfunc Give() other.T { return 1 }\n"))
	env := rewrite.NewEnv(filepath.Join(dir, "user"))
	const dep = "import \"example.com/dep\"\n"
	for _, row := range []typeRow{
		{dep + "return dep.Secret()", "any"},
		{dep + "x := dep.Secret()\nreturn &x", "any"},
		{dep + "return dep.Open{}", "dep.Open"},
		{dep + "return dep.Hidden()", "any"},
		{dep + "return dep.OfAlias()", "dep.Alias"},
		{dep + "return dep.NotExported()", "dep.Open"},
		{dep + "return dep.Generic()", "any"},
		{dep + "return dep.Lists()", "any"},
		{dep + "return dep.OpenList()", "dep.List[dep.Open]"},
		{dep + "return dep.Anonymous()", "any"},
		{dep + "return dep.Public()", "struct{N int}"},
		{dep + "return dep.Method()", "any"},
		{dep + "return dep.Func()", "any"},
		{dep + "return dep.Hidden", "any"},
		{dep + "return dep.Hidden().A", "int"},
		{"import \"example.com/user/pub\"\nreturn pub.Mine()", "mine.T"},
		{"import \"example.com/dep/v2name\"\nreturn other.New()", "other.T"},
		{"import \"example.com/dep/giver\"\nreturn giver.Give()", "other.T"},
		{alt(dep, "dep.Hidden()", "nil"), "any"},
		{alt(dep, "dep.Hidden()", "any(1)"), "any"},
	} {
		out, err := rewrite.Cell([]byte(row.cell), rewrite.Options{Package: "user", Env: env})
		if err != nil {
			t.Errorf("%s\n\tgot error %v, want %s", row.cell, err, row.want)
		} else if out.Result != row.want {
			t.Errorf("%s\n\tgot %s, want %s\n%s", row.cell, out.Result, row.want, out.Code)
		}
	}
}

// TestUnused holds that what is declared and not used is used once, right where it should be, and
// that the outputs compile. The cell's text stands around the markers ⟨…⟩.
func TestUnused(t *testing.T) {
	t.Parallel()
	const c = "c := make(chan int, 1)\nvar v any = 1\nxs := []int{1}\nok := len(xs) > 0\n_, _, _, _ = c, v, xs, ok\n"
	build := &cellBuild{goldenBuild: goldenBuild{dir: t.TempDir(), t: t}}
	for i, want := range []string{
		"x := 1⟨; _ = x⟩\n",
		"var x = 1⟨; _ = x⟩\n",
		"var x int⟨; _ = x⟩\n",
		"var x, y int⟨; _ = x; _ = y⟩\n",
		"x, y := 1, 2⟨; _ = x; _ = y⟩\n",
		"x, y := 1, 2⟨; _ = y⟩\nreturn x\n",
		"x := 1⟨; _ = x⟩ // one\n",
		"x := 1⟨; _ = x⟩ /* one */ // two\n",
		"x := func() int {\n\ty := 1⟨; _ = y⟩\n\treturn 2\n}⟨; _ = x⟩\n",
		"if ok { x := 1⟨; _ = x⟩ }\n",
		"{ x := 1⟨; _ = x⟩ }\n",
		"{ x := 1⟨; _ = x⟩; println() }\n",
		"if x := 1; ok {⟨ _ = x;⟩\n}\n",
		"if x := 1; ok {⟨ _ = x;⟩ println() }\n",
		"if x, y := 1, 2; ok {⟨ _ = x; _ = y;⟩\n}\n",
		"if ok {\n} else if x := 1; ok {⟨ _ = x;⟩\n}\n",
		"if x := 1; ok {⟨ _ = x;⟩\n} else if y := 2; ok {⟨ _ = y;⟩\n} else {\n\tz := 3⟨; _ = z⟩\n}\n",
		"for x := 1; ok; {⟨ _ = x;⟩\n\tbreak\n}\n",
		"for x, y := 1, 2; x < 2; x++ {⟨ _ = y;⟩\n}\n",
		"for x := range xs {⟨ _ = x;⟩\n}\n",
		"for i, x := range xs {⟨ _ = i; _ = x;⟩\n}\n",
		"for _, x := range xs {⟨ _ = x;⟩\n}\n",
		"for x := range 3 {⟨ _ = x;⟩ println() }\n",
		"for x := range c {⟨ _ = x;⟩\n\tbreak\n}\n",
		"switch x := 1; {⟨ default: _ = x;⟩}\n",
		"switch x := 1; {⟨ default: _ = x;⟩\n}\n",
		"switch x := 1; ok {\ncase true:⟨ _ = x;⟩\n}\n",
		"switch x := 1; ok {\ncase true:⟨ _ = x;⟩\n\tprintln()\ndefault:\n}\n",
		"switch x := v.(type) {⟨ default: _ = x;⟩}\n",
		"switch x := v.(type) {\ncase int:⟨ _ = x;⟩\n}\n",
		"switch x := v.(type) {\ncase int:⟨ _ = x;⟩\ncase string, bool:\ndefault:\n}\n",
		"switch y := 1; x := v.(type) {\ncase int:⟨ _ = y; _ = x;⟩\n}\n",
		"switch y := 1; v.(type) {⟨ default: _ = y;⟩\n}\n",
		"switch {\ncase ok:\n\tx := 1⟨; _ = x⟩\n}\n",
		"switch {\ncase ok: x := 1⟨; _ = x⟩\n}\n",
		"select {\ncase x := <-c:⟨ _ = x;⟩\ndefault:\n}\n",
		"select {\ncase x, more := <-c:⟨ _ = x; _ = more;⟩ println()\ndefault:\n}\n",
		"select {\ncase x, more := <-c:⟨ _ = more;⟩\n\tprintln(x)\ndefault:\n\ty := 1⟨; _ = y⟩\n}\n",
		"select {\ncase <-c:\n\tx := 1⟨; _ = x⟩\ndefault:\n}\n",
		"select {\ncase c <- 1: x := 1⟨; _ = x⟩\ndefault:\n}\n",
		"here: x := 1⟨; _ = x⟩\nif !ok { goto here }\n",
		"here:\n\tfor x := range xs {⟨ _ = x;⟩\n\t\tcontinue here\n\t}\n",
		"here:\n\tfor i := 0; i < 3; i++ {\n\t\ty := i⟨; _ = y⟩\n\t\tbreak here\n\t}\n",
		"var (\n\tx int\n\ty = 1 // two\n)⟨; _ = x; _ = y⟩\n",
		"var ( x int; y = 1 )⟨; _ = x; _ = y⟩\n",
		"var (\n\tx, y int\n)⟨; _ = x⟩\nreturn y\n",
		"func() {\n\tx := 1⟨; _ = x⟩\n}()\n",
		"defer func() { x := 1⟨; _ = x⟩ }()\n",
		"go func() {\n\tif x := 1; true {⟨ _ = x;⟩\n\t}\n}()\n",
		"f := func() {\n\tx := 1⟨; _ = x⟩\n}\nf()\n",
		"x := xs[0]⟨; _ = x⟩; y := 2⟨; _ = y⟩\n",
		"x := 1⟨; _ = x⟩\n{\n\tx := 2\n\tprintln(x)\n}\n",
		"x := 1\n{\n\tx := 2⟨; _ = x⟩\n}\nreturn x\n",
		"x := 1⟨; _ = x⟩\nx = 2\n",
		"x, y := 1, 2⟨; _ = x⟩\nx, z := 3, 4\nreturn y, z\n",
		"x := 1⟨; _ = x⟩\nf := func() { x = 2 }\nf()\n",
		"x := `a\nb`⟨; _ = x⟩\n",
		"x := []int{\n\t1,\n}⟨; _ = x⟩\n",
		"func f() int {\n\tx := 1⟨; _ = x⟩\n\treturn 2\n}\nreturn f()\n",
		"x := 1⟨; _ = x⟩\r\ny := 2⟨; _ = y⟩\r\n",
	} {
		cell, marked := "", want
		for {
			before, rest, ok := strings.Cut(marked, "⟨")
			cell += before
			if !ok {
				break
			}
			_, marked, _ = strings.Cut(rest, "⟩")
		}
		want := strings.NewReplacer("⟨", "", "⟩", "").Replace(want)
		for _, target := range []rewrite.Target{rewrite.File, rewrite.Block} {
			out, err := rewrite.Cell([]byte(c+cell), rewrite.Options{Package: "cell", Target: target, Env: goldenEnv})
			if err != nil {
				t.Errorf("%s\n\t%v", cell, err)
				continue
			}
			if target == rewrite.File {
				build.add(fmt.Sprint("unused_", i), out.Code)
				continue
			}
			// A block is as it was, but for the edits.
			var got strings.Builder
			text, at := []byte(c+cell), 0
			lines := append([]int{0}, lineStarts(text)...)
			for _, e := range out.Edits {
				if !strings.Contains(e.New, "_ = ") {
					continue
				}
				off := lines[e.Start.Line] + e.Start.Column - 1
				got.Write(text[at:off])
				got.WriteString(e.New)
				at = off
			}
			got.Write(text[at:])
			if got.String() != c+want {
				t.Errorf("%s\n\tgot\n%s\n\twant\n%s", cell, got.String()[len(c):], want)
			}
		}
	}
	build.build("compiled_unused")
}

// lineStarts returns where each line begins.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, b := range text {
		if b == '\n' {
			starts = append(starts, i+1)
		}
	}
	return slices.Clip(starts)
}
