package main

import (
	"embed"
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/spf13/pflag"

	"github.com/cellwrap/cellwrap/internal/suggest"
)

// shells are those that there are completions for.
var shells = []string{"bash", "zsh", "fish"}

const completionManual = `cellwrap completion bash|zsh|fish

Prints the completions of a shell. For those of one session:

    source <(cellwrap completion bash)
    source <(cellwrap completion zsh)
    cellwrap completion fish | source

For good, put that line into ~/.bashrc, ~/.zshrc (below compinit) or ~/.config/fish/config.fish.
`

//go:embed completion
var completionTemplates embed.FS

// completion prints the completions of a shell.
func completion(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if wantsHelp(args) {
		io.WriteString(stdout, completionManual)
		return exitOK
	}
	if len(args) != 1 {
		fmt.Fprintln(stderr, "cellwrap: completion takes a shell: bash, zsh or fish")
		return exitUsage
	}
	tmpl := template.New(args[0]).Funcs(template.FuncMap{"join": strings.Join, "quote": shellQuote})
	text, err := completionTemplates.ReadFile("completion/" + args[0])
	if err != nil {
		fmt.Fprintf(stderr, "cellwrap: %v\n", suggest.Unknown("shell", args[0], shells))
		return exitUsage
	}
	if err := template.Must(tmpl.Parse(string(text))).Execute(stdout, completions()); err != nil {
		fmt.Fprintf(stderr, "cellwrap: %v\n", err)
		return exitUsage
	}
	return exitOK
}

// completed is a command line that is completed: cellwrap's own, or that of a sub-command.
type completed struct {
	Name    string // "" for cellwrap's own
	Summary string
	Flags   []completedFlag
	Words   []string // what its first argument may be
	Files   bool     // whether its arguments may be files
}

type completedFlag struct {
	Name, Short string
	Usage       string
	Value       string   // as the help calls it; "" if the flag takes none
	Choices     []string // what the value may be
	Files, Dirs bool     // whether the value is one
}

// Names returns the flag as it is typed, --name or -n.
func (f completedFlag) Names() []string {
	names := []string{"--" + f.Name}
	if f.Short != "" {
		names = append(names, "-"+f.Short)
	}
	return names
}

// ZshSpecs returns the flag as _arguments takes it.
func (f completedFlag) ZshSpecs() []string {
	usage, value := "["+zshText.Replace(f.Usage)+"]", ""
	if f.Value != "" {
		action := " "
		switch {
		case f.Choices != nil:
			action = "(" + strings.Join(f.Choices, " ") + ")"
		case f.Files:
			action = "_files"
		case f.Dirs:
			action = "_files -/"
		}
		value = ":" + zshText.Replace(f.Value) + ":" + action
	}
	long, short := "--"+f.Name, "-"+f.Short
	if f.Value != "" {
		long, short = long+"=", short+"+" // the value may be of the same word
	}
	if f.Short == "" {
		return []string{long + usage + value}
	}
	return []string{long + usage + value, short + usage + value}
}

// completions returns what is completed, cellwrap's own command line first.
func completions() []completed {
	all := []completed{{Flags: completedFlags(new(flags).all()), Files: true}}
	for _, c := range commands() {
		sub := completed{Name: c.name, Summary: c.summary, Files: c.words == nil}
		if c.words != nil {
			sub.Words = c.words()
		}
		if c.flags != nil {
			sub.Flags = completedFlags(c.flags())
		}
		all[0].Words = append(all[0].Words, c.name)
		all = append(all, sub)
	}
	return all
}

// choices is the annotation of a flag that lists what its value may be.
const choices = "choices"

func completedFlags(set *pflag.FlagSet) []completedFlag {
	var all []completedFlag
	set.VisitAll(func(flag *pflag.Flag) {
		value, usage := pflag.UnquoteUsage(flag)
		f := completedFlag{Name: flag.Name, Short: flag.Shorthand, Usage: strings.Join(strings.Fields(usage), " ")}
		if flag.Value.Type() != "bool" {
			f.Value, f.Choices = value, flag.Annotations[choices]
			f.Files = value == "FILE" || value == "PATH"
			f.Dirs = value == "DIR"
		}
		all = append(all, f)
	})
	return all
}

// shellQuote quotes a text for a shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// zshText escapes what _arguments would take for its own.
var zshText = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`)
