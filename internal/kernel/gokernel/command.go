package gokernel

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// commentPrefix may stand in front of a command, to hide it from what reads Go.
const commentPrefix = "//gonb:"

// commands runs the lines of a cell that are commands, and returns their indices. It looks at no more
// than how a line starts.
func (c *cell) commands() (map[int]bool, error) {
	used := map[int]bool{}
	for i, l := range c.lines {
		text := strings.TrimPrefix(l, commentPrefix)
		if len(text) < 2 || text[0] != '%' && text[0] != '!' {
			continue
		}
		used[i] = true
		run := c.special
		if text[0] == '!' {
			run = c.shell
		}
		if text = strings.TrimLeft(text[1:], " \t"); text == "" {
			continue
		}
		if err := run(text); err != nil {
			return nil, fmt.Errorf("executing special commands in cell: %w", err)
		}
	}
	return used, nil
}

// shell runs a line that started with !. That it fails does not end the cell.
func (c *cell) shell(text string) error {
	dir := ""
	if rest, ok := strings.CutPrefix(text, "*"); ok {
		text, dir = rest, c.temp
	}
	err := c.start(dir, "/bin/bash", "-c", text)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return nil
	}
	return err
}

// words are parted by space, which may stand in quotes.
var words = regexp.MustCompile(`(?:"[^"]*"|[^\s"])+`)

// special runs a line that started with %.
func (c *cell) special(text string) error {
	var parts []string
	for _, p := range words.FindAllString(text, -1) {
		parts = append(parts, strings.ReplaceAll(p, `"`, ""))
	}
	if len(parts) == 0 {
		return fmt.Errorf("%q has a quote that does not end", text)
	}
	args := parts[1:]
	switch parts[0] {
	case "%", "main", "args":
		c.args = args
	case "env":
		if len(args) == 1 {
			args = strings.SplitN(args[0], "=", 2)
		}
		if len(args) != 2 {
			return fmt.Errorf("%%env takes a name and a value, not %q", text)
		}
		c.env = append(c.env, args[0]+"="+args[1])
		c.stream("stdout", fmt.Sprintf("Set: %s=%q\n", args[0], args[1]))
	case "reset": // go.mod, or all
		if len(args) == 0 {
			c.known = declarations{}
			c.stream("stdout", "* State reset: all memorized declarations discarded.\n")
		}
		return c.initModule()
	default:
		c.stream("stderr", fmt.Sprintf("\"%%%s\" unknown or not implemented yet.", parts[0]))
	}
	return nil
}
