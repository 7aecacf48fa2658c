package rewrite

import (
	"strconv"
	"time"
)

// defaultTimeout is the ancestor's.
const defaultTimeout = 60 * time.Second

var reactorConfig = magic{
	name:    "reactor_config",
	aliases: []string{"crochet_config", "twisted_config"},
	args:    "[show|timeout SECONDS|timeout INFINITY|reset]",
	summary: "set how long an await may take, and print it",
	help: `Sets how long an await may take: a number of seconds, a Go duration such as
1m30s, or INFINITY. At first it is 60 seconds, and reset makes it that again.
Every form prints the setting, as does none.`,
	apply: func(s *settings, args []arg) (string, error) {
		if len(args) == 0 {
			args = []arg{{text: "show"}}
		}
		want := 1
		switch args[0].text {
		case "show":
		case "reset":
			s.timeout = defaultTimeout
		case "timeout":
			want = 2
			if len(args) < 2 {
				return "", argErrorf(args[0], "timeout needs a number of seconds or INFINITY")
			}
			d, ok := parseTimeout(args[1].text)
			if !ok {
				return "", argErrorf(args[1], "timeout is a positive number of seconds or INFINITY, not %s", args[1].text)
			}
			s.timeout = d
		default:
			return "", argErrorf(args[0], "unknown option %s (show, timeout or reset)", args[0].text)
		}
		if len(args) > want {
			return "", argErrorf(args[want], "unexpected %s after %s", args[want].text, args[want-1].text)
		}
		if s.timeout == 0 {
			return "timeout=INFINITY", nil
		}
		return "timeout=" + strconv.FormatFloat(s.timeout.Seconds(), 'g', -1, 64), nil
	},
}

// parseTimeout parses a timeout; 0 stands for none.
func parseTimeout(s string) (time.Duration, bool) {
	if s == "INFINITY" {
		return 0, true
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		d, err = time.ParseDuration(s + "s")
	}
	return d, err == nil && d > 0
}
