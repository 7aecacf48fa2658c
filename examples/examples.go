// Package examples has notebooks and cells that are run as tests. Beside it are programs without cells, which use package
// reactor as it is.
package examples

//go:generate go run ../cmd/cellwrap run --write readme.ipynb
//go:generate go run ../internal/readme ../README.md readme.ipynb
