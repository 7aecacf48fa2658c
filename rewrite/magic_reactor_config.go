package rewrite

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/cellwrap/cellwrap/internal/suggest"
)

// defaultTimeout is the ancestor's.
const defaultTimeout = 60 * time.Second

var reactorConfig = magic{
	name:    "reactor_config",
	aliases: []string{"crochet_config", "twisted_config"},
	args:    "[show|timeout SECONDS|timeout INFINITY|reset]",
	summary: "set how long an await may take in later code and cells, and print it (default 60)",
	help: `Sets how long an await may take from here on, in this cell and in later ones, unless
the cell runs in the background: a number of seconds, a Go duration such as 1m30s,
or INFINITY. At first it is what --timeout says, else 60 seconds, and reset makes it
that again. Where a cell is waited for as a whole, what holds at its first await is
for all of it. Each form prints the setting.`,
	apply: func(s *settings, args []arg) (string, error) {
		if len(args) == 0 {
			args = []arg{{text: "show"}}
		}
		want := 1
		switch args[0].text {
		case "show":
		case "reset":
			s.timeout = s.initial
		case "timeout":
			want = 2
			if len(args) < 2 {
				return "", argErrorf(args[0], "timeout needs a number of seconds or INFINITY")
			}
			d, err := ParseTimeout(args[1].text)
			if err != nil {
				return "", argErrorf(args[1], "%v", err)
			}
			s.timeout = max(d, 0)
		default:
			return "", argErrorf(args[0], "%v", suggest.Unknown("option", args[0].text, []string{"show", "timeout", "reset"}))
		}
		if len(args) > want {
			return "", argErrorf(args[want], "unexpected %s after %s", args[want].text, args[want-1].text)
		}
		if s.timeout == 0 {
			return "timeout=INFINITY", nil
		}
		return "timeout=" + formatSeconds(s.timeout), nil
	},
}

// formatSeconds returns a duration as a number of seconds.
func formatSeconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

// ParseTimeout parses how long an await may take, for [Options.Timeout]: a positive number of
// seconds, a Go duration, or INFINITY, which is no limit and -1.
func ParseTimeout(s string) (time.Duration, error) {
	if s == "INFINITY" {
		return -1, nil
	}
	n, err := strconv.ParseFloat(s, 64)
	isNumber := err == nil && !math.IsInf(n, 0) || errors.Is(err, strconv.ErrRange) // not the word Inf
	d, notDuration := time.ParseDuration(s)
	switch n *= float64(time.Second); {
	case isNumber && n >= math.MaxInt64:
		return 0, fmt.Errorf("timeout %s is more than 292 years (INFINITY is no limit)", s)
	case isNumber && 0 < n && n < 1:
		return 0, fmt.Errorf("timeout %s is less than a nanosecond", s)
	case isNumber && n >= 1:
		return time.Duration(math.Round(n)), nil // 0.3 is less than that as a float64
	case !isNumber && notDuration == nil && d > 0:
		return d, nil
	}
	return 0, fmt.Errorf("timeout is a positive number of seconds or INFINITY, not %s", s)
}
