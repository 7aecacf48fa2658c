// Package runner builds the program of a notebook and runs it.
//
// The program is a package of the module that the notebook is in, in a directory that exists only
// in an overlay (go build -overlay): so the module's requirements, replacements, workspace and
// vendor directory apply as they are, its internal packages can be used, and nothing is written
// there. The packages that emitted code imports are virtual packages beside it, unless the module
// has the runtime itself. A notebook that is in no module gets a module of ours.
//
// The program's cells are run by package host. Where somebody wants to know what each cell prints and ends in, that is
// told in frames on a descriptor of their own, and the streams have marks where the frames belong, see [Options].
package runner
