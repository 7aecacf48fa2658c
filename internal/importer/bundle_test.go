package importer

import (
	"bytes"
	"fmt"
	"go/types"
	"maps"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestBundleStd holds that what is read from a bundle is what was written, for
// every exported name of the standard library.
func TestBundleStd(t *testing.T) {
	full, packages := standard(t)
	for _, r := range packages {
		t.Run(r.Path, func(t *testing.T) {
			want := Names{r.Path: nil}
			compare(t, full, roundTrip(t, full, []resolved{r}, want), want)
		})
	}
	t.Run("together", func(t *testing.T) {
		want := Names{}
		for _, r := range packages {
			want[r.Path] = nil
		}
		compare(t, full, roundTrip(t, full, packages, want), want)
	})
}

// TestBundleSubset does the same for random names of random packages.
func TestBundleSubset(t *testing.T) {
	full, packages := standard(t)
	for seed := range uint64(50) {
		t.Run(fmt.Sprint("seed", seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 0))
			want := Names{}
			var some []resolved
			for _, r := range packages {
				if rnd.IntN(10) > 0 {
					continue
				}
				names := []string{"Missing"}
				for _, name := range full[r.Path].Scope().Names() {
					if rnd.IntN(5) == 0 {
						names = append(names, name)
					}
				}
				want[r.Path], some = names, append(some, r)
			}
			compare(t, full, roundTrip(t, full, some, want), want)
		})
	}
}

// FuzzEntry reads files that anything may have written. Only what put wrote is an entry, which is
// what keeps such data from the decoder of types; a resolution's decoder has to bear any.
func FuzzEntry(f *testing.F) {
	res := resolution{Packages: []resolved{{Path: "a", TypesPath: "a", Name: "a", Export: "x"}}}
	content := res.encode()
	file := slices.Concat([]byte(magic), checksum("name", content), content)
	f.Add(file)
	f.Add(content)
	f.Fuzz(func(t *testing.T, data []byte) {
		if got := entry("name", data); got != nil && !bytes.Equal(data, slices.Concat([]byte(magic), checksum("name", got), got)) {
			t.Errorf("%q is an entry", data)
		}
		decodeResolution(data)
	})
}

// standard returns the types of the standard library.
func standard(t *testing.T) (map[string]*types.Package, []resolved) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "std").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := Names{}
	for path := range strings.FieldsSeq(string(out)) {
		if !slices.Contains(strings.Split(path, "/"), "internal") && !strings.HasPrefix(path, "vendor/") && path != "unsafe" {
			want[path] = nil
		}
	}
	im := New(t.TempDir(), Options{NoCache: true})
	res, err := im.resolve(t.Context(), newSite(im.dir), want)
	if err != nil {
		t.Fatal(err)
	}
	full, err := im.read(res)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range res.Packages {
		if r.Problem != nil {
			t.Fatal(r.Path, r.Problem.Text)
		}
	}
	return full, res.Packages
}

func roundTrip(t *testing.T, full map[string]*types.Package, packages []resolved, want Names) map[string]*types.Package {
	t.Helper()
	data, err := encodeBundle(full, packages, want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeBundle(data, packages)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// compare holds got against full: the wanted names, and every type that came
// with them.
func compare(t *testing.T, full, got map[string]*types.Package, want Names) {
	t.Helper()
	for path, names := range want {
		if names == nil {
			names = full[path].Scope().Names()
		}
		for _, name := range names {
			obj := full[path].Scope().Lookup(name)
			if obj == nil || !obj.Exported() {
				continue
			}
			if got[path].Scope().Lookup(name) == nil {
				t.Errorf("%s.%s is missing", path, name)
			}
		}
		if !got[path].Complete() {
			t.Errorf("%s is not complete", path)
		}
	}
	defer implement(t, full, got)
	for path, pkg := range got {
		for _, name := range pkg.Scope().Names() {
			obj := full[path].Scope().Lookup(name)
			if obj == nil {
				t.Errorf("%s.%s is not in the full package", path, name)
				continue
			}
			have, want := describe(pkg.Scope().Lookup(name)), describe(obj)
			if have != want {
				t.Errorf("%s.%s\ngot  %s\nwant %s", path, name, have, want)
			}
		}
	}
}

// implement holds that the types in got implement the same interfaces as in
// full, of their own package and of the packages that declare theirs.
func implement(t *testing.T, full, got map[string]*types.Package) {
	t.Helper()
	for path, pkg := range got {
		for _, iface := range pkg.Scope().Names() {
			have := pkg.Scope().Lookup(iface).Type()
			if !types.IsInterface(have) || isGeneric(have) {
				continue
			}
			want := full[path].Scope().Lookup(iface).Type()
			for _, name := range pkg.Scope().Names() {
				obj := pkg.Scope().Lookup(name)
				if _, ok := obj.(*types.TypeName); !ok || isGeneric(obj.Type()) {
					continue
				}
				got := types.Implements(types.NewPointer(obj.Type()), have.Underlying().(*types.Interface))
				want := types.Implements(types.NewPointer(full[path].Scope().Lookup(name).Type()), want.Underlying().(*types.Interface))
				if got != want {
					t.Errorf("*%s.%s implements %s: %v", path, name, iface, got)
				}
			}
		}
	}
}

func isGeneric(t types.Type) bool {
	p, ok := t.(interface{ TypeParams() *types.TypeParamList })
	return ok && p.TypeParams().Len() > 0
}

// describe says all that another package can see of an object.
func describe(obj types.Object) string {
	tn, ok := obj.(*types.TypeName)
	if !ok {
		text := types.ObjectString(obj, nil)
		if c, ok := obj.(*types.Const); ok {
			text += c.Val().ExactString()
		}
		return text
	}
	var b strings.Builder
	fmt.Fprintln(&b, tn.Name(), types.TypeString(tn.Type(), nil), tn.IsAlias())
	if a, ok := tn.Type().(*types.Alias); ok {
		describeParams(&b, a.TypeParams())
		fmt.Fprintln(&b, types.TypeString(a.Rhs(), nil))
		return b.String()
	}
	named, generic := tn.Type().(*types.Named), false
	if ok && named != nil {
		generic = named.TypeParams().Len() > 0
		describeParams(&b, named.TypeParams())
	}
	under := tn.Type().Underlying()
	if s, ok := under.(*types.Struct); ok {
		for i := range s.NumFields() {
			f := s.Field(i)
			fmt.Fprint(&b, f.Name(), " ", f.Embedded(), " ", s.Tag(i))
			if f.Exported() || f.Embedded() {
				fmt.Fprint(&b, types.TypeString(f.Type(), nil))
			}
			fmt.Fprintln(&b)
		}
	} else {
		fmt.Fprintln(&b, types.TypeString(under, nil))
	}
	fmt.Fprintln(&b, types.Comparable(tn.Type()))
	if !generic {
		sizes := types.SizesFor("gc", "amd64")
		fmt.Fprintln(&b, sizes.Sizeof(under), sizes.Alignof(under))
	}
	for _, t := range []types.Type{tn.Type(), types.NewPointer(tn.Type())} {
		methods := map[string]string{}
		for sel := range types.NewMethodSet(t).Methods() {
			if sel.Obj().Exported() {
				methods[sel.Obj().Name()] = types.SelectionString(sel, nil)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(methods)) {
			fmt.Fprintln(&b, methods[name])
		}
	}
	return b.String()
}

func describeParams(b *strings.Builder, list *types.TypeParamList) {
	for p := range list.TypeParams() {
		fmt.Fprintln(b, p.Obj().Name(), types.TypeString(p.Constraint(), nil))
	}
}
