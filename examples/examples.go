// Package examples has notebooks and cells that are run as tests.
package examples

//go:generate go run ../cmd/cellwrap run --write readme.ipynb
//go:generate go run ../internal/readme ../README.md readme.ipynb
