// Command without knows of no result.
package main

import "fmt"

func main() { fmt.Println("hello") }
