package golden

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cellwrap/cellwrap/rewrite"
)

// Program is a golden case of a notebook that becomes a program: one txtar file in
// testdata/program. Its cells are sections called cell 1, cell 2 and so on, of book.ipynb.
// Wanted are:
//
//	cellN.go, main.go   files of the program, of which a case need not show all
//	cells               what is wrong with the cells, what they print as they are rewritten, and
//	                    which others they need
//	run                 what the program prints, and its exit status unless that is 0
type Program struct {
	Archive
	Cells []rewrite.ProgramCell
}

// LoadPrograms reads the cases in dir, in the order of their names.
func LoadPrograms(dir string) ([]*Program, error) { return load(dir, parseProgram) }

var (
	programCell = regexp.MustCompile(`^cell [1-9][0-9]*$`)
	programWant = regexp.MustCompile(`^(cell[1-9][0-9]*\.go|main\.go|cells|run)$`)
)

func parseProgram(path string, text []byte) (*Program, error) {
	a, err := parseArchive(path, text, func(name string) bool {
		return programCell.MatchString(name) || programWant.MatchString(name)
	})
	if err != nil {
		return nil, err
	}
	p := &Program{Archive: a}
	for _, f := range a.ar.Files {
		name := strings.TrimSuffix(f.Name, ".quoted")
		if !programCell.MatchString(name) {
			continue
		}
		number, err := strconv.Atoi(strings.TrimPrefix(name, "cell "))
		if err != nil {
			return nil, err
		}
		src, _ := p.Section(name)
		p.Cells = append(p.Cells, rewrite.ProgramCell{Name: "book.ipynb:" + name, Number: number, Source: src})
	}
	if p.Cells == nil {
		return nil, fmt.Errorf("no section cell 1")
	}
	return p, nil
}

// Shown returns the names of the program's files that the case shows.
func (p *Program) Shown() []string {
	var names []string
	for _, f := range p.ar.Files {
		if name := strings.TrimSuffix(f.Name, ".quoted"); strings.HasSuffix(name, ".go") {
			names = append(names, name)
		}
	}
	return slices.Clip(names)
}
