package main

import (
	"io"

	"github.com/spf13/pflag"
)

// A command is a sub-command, as it is run, and as the help, the manual page and the completions
// tell of it.
type command struct {
	name    string
	args    string // for the help
	summary string
	run     func(args []string, stdin io.Reader, stdout, stderr io.Writer) int

	manual func() string         // what cellwrap help NAME prints
	flags  func() *pflag.FlagSet // or nil
	words  func() []string       // what its first argument may be; nil: a file
}

// commands returns the sub-commands, in the order of the help. Any other word is a file.
func commands() []command {
	return []command{
		{
			name: "run", args: "FILE", summary: "run a notebook, or a cell, as a program",
			run: runCommand, manual: runManual, flags: func() *pflag.FlagSet { return new(runFlags).define() },
		},
		{
			name: "kernel", args: "COMMAND", summary: "rewrite what a Jupyter kernel runs",
			run: kernelCommand, manual: kernelManual, flags: func() *pflag.FlagSet { return newKernelFlags().set },
			words: func() []string { return kernelCommands },
		},
		{
			name: "init", args: "[DIR]", summary: "put the runtime into a module, without network",
			run: initCommand, manual: initManual, flags: func() *pflag.FlagSet { return new(initFlags).define() },
		},
		{
			name: "cache", args: "clean", summary: "forget what is known of imported packages",
			run: cache, manual: func() string { return cacheManual },
			words: func() []string { return []string{"clean"} },
		},
		{
			name: "completion", args: "SHELL", summary: "print the completions of bash, zsh or fish",
			run: completion, manual: func() string { return completionManual },
			words: func() []string { return shells },
		},
		{
			name: "help", args: "[TOPIC]", summary: "explain a command, a magic, template or man",
			run: help, manual: manual, words: topics,
		},
		{
			name: "version", summary: "print the version",
			run: version, manual: func() string { return versionManual }, words: func() []string { return nil },
		},
	}
}

// lookup returns the sub-command of a name, or nil.
func lookup(name string) *command {
	for _, c := range commands() {
		if c.name == name {
			return &c
		}
	}
	return nil
}
