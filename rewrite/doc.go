// Package rewrite rewrites a notebook cell to Go that runs it on a reactor.
//
// A cell is any mix of imports, declarations and statements, with magics such as
// %%run_in_reactor result. Its statements become the body of a closure, the closure is
// handed to package reactor, and the EventualResult that comes back is assigned to a variable.
// [Cell] does this for the targets [File], a complete Go file, and [Block], statements for a
// function's body. [Program] makes one program of all cells of a notebook.
//
// # Stages
//
// Each is a function of the one before, in a file of its own:
//
//	split     tokens to magics and declarations; brackets must balance   (split.go)
//	parse     imports, declarations and statements, each by go/parser    (parse.go, await.go)
//	plan      what will change, as data                                  (plan.go and after)
//	check     the plan's emission, by go/types, then plan again          (check.go and after)
//	edit      the plan's edits of the cell's bytes                       (edit.go)
//	assemble  the edited text in the target's skeleton                   (assemble.go, block.go)
//
// The three parses each see the cell with the rest blanked to the same length, so every
// offset is the cell's.
//
// # Types
//
// With [Options.Env] the plan's emission is checked by go/types, with the packages that it imports
// and the other files of its package. What that finds out are facts, by offsets in the cell: the
// type that the returns agree on (result.go, spell.go), variables and imports that are not used,
// variables that methods need (promote.go). They make the next plan, until a check finds nothing
// new; so the emission that comes out was checked as it is. What go/types says is reported at
// the cell's own positions (findings.go). Without an Env, identifiers are resolved by the parser,
// and the result is any.
//
// # Programs
//
// [Program] makes one package of a notebook's cells. Its stages are of all cells, and it takes each
// cell through those above:
//
//	read      split and parse every cell, with the settings of those before   (program.go)
//	load      the packages that any cell uses, once                           (program_link.go)
//	link      what each name means in each cell, by names alone               (program_link.go)
//	declare   check all declarations together, without bodies                 (program_check.go)
//	check     plan and check the statements and bodies of a cell, in order    (program_plan.go)
//	finish    files with //line directives, checked as they will be compiled  (program_emit.go)
//
// All checks but the last are of one go/types package: the declarations are in it from the start,
// with the methods of later cells, and a cell's variables once its check has found their types. So a
// cell's check does not depend on how many cells there are.
//
// A cell's statements are a function. A variable that a later cell or a declaration uses is the
// package's; so is one that an earlier cell's code uses by its name. Where a later cell declares it
// again with an identical type it is the same, and is assigned; with another type, or if it holds a
// lock, it is new from there on. A function with the signature of the one that it follows is a value
// of the same variable, so earlier callers call it; other functions, types and constants are new from
// there on. What is new, or called as something that the output cannot have, has the cell's number
// behind its name; messages have the user's.
//
// A variable whose type cannot be written stays local. A cell's func main runs at the cell's end, and
// its init functions at its begin. The value of a final expression is shown, unless a semicolon ends
// it or a function of fmt's has printed it. Cells that do not compile are left out; the others are as
// they would be with them, but that what needs such a cell does not compile either.
//
// # Sessions
//
// A [Session] rewrites a notebook's cells one by one. What earlier cells declare are objects of one
// go/types package; a check puts those that its cell mentions into the package's scope, and so costs
// the same however many cells there were (past.go). Where a cell declares a name anew, or gives an
// earlier type a method, what stands on it is checked again with the cell (renewal.go). Cells that
// pass through are checked when a later one is that needs to know of them.
//
// # What is preserved
//
// Every token and comment of the statements, in order, and raw strings byte for byte; the same
// holds for the declarations, which are taken out together. A block keeps every line where it
// is. A file is formatted as by gofmt, which may lay comments out anew, drops redundant
// parentheses and semicolons, and normalizes numbers; //line comments say where each line
// came from. (What stands behind a /*line comment of the cell's own, on the same line, has the
// position which that says; so has the second of two lines that gofmt joins.)
//
// # What changes
//
// An await becomes a call. In a cell with %%run_in_reactor, or with a variable, the closure is then
// a coroutine; without, the cell is waited for, or in a block each await where it stands.
//
// The body's own returns get a value and an error; a final expression is returned; a return is
// added where one is missing. A variable that is not used gets _ = x. Functions, types and
// constants go to package level unless they use the body's variables, or the target is a block; a
// function that stays becomes a closure. A variable that a method or a generic function uses
// becomes the package's. Imports merge, and those that the cell does not use are dropped (without
// types, standard packages only).
// Magics go. [Output] lists each edit.
//
// # What is refused
//
// What cannot be one closure in a file of a package: unbalanced brackets, so that no text
// leaves the closure; a package clause, func main, cgo, build constraints and embedded
// files; methods and generic functions that would have to be closures (without types); the magics
// of a notebook's host; a cell that needs its own result; an await in a function, which is no
// coroutine; with types, what Go does not compile. An [Error] or an [ErrorList] says so at a position
// in the user's text.
package rewrite
