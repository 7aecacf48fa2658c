// Package importer gives go/types the packages that a file of some directory
// imports, as go build would resolve them there: replace directives, vendor
// directories, workspaces, build tags and the rule about internal packages are
// all the go command's own doing. The types are those of export data.
//
// # What is remembered
//
// To ask the go command takes a tenth of a second, and to read the export data
// of net/http 7 ms, so both are done once. The cache has two kinds of entries:
//
//   - A resolution is what go list said about a set of import paths. Its key is
//     all that go list's answer depends on: the command, its environment, the
//     module files and the paths. The local directories that were compiled are
//     named in the entry, with a hash of their sources that is compared at each
//     use. A package that could not be had is never remembered.
//   - A bundle is the types of exactly the names that were wanted (see bundle.go).
//     The key is made of hashes of the content, so there is nothing to validate.
//
// With both at hand no process is started. Without, or with an entry that is
// torn or of another version, the answer is the same and takes longer.
package importer
