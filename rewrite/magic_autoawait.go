package rewrite

var autoawait = magic{
	name:    "autoawait",
	args:    "[on|off]",
	summary: "say whether await is an operator in later code and cells (default on); bare: show it",
	help: `Says whether await is an operator from here on, in this cell and in later ones. It
is at first:

    v := await d           waits for d, and fails if d does
    v, err := await d      gives d's error to the code

where d is a Deferred, an EventualResult or a channel. Without an argument, prints
the setting.`,
	apply: func(s *settings, args []arg) (string, error) {
		if len(args) > 1 {
			return "", argErrorf(args[1], "autoawait takes one argument, on or off")
		}
		if len(args) == 1 {
			switch args[0].text {
			case "on":
				s.autoawait = true
			case "off":
				s.autoawait = false
			default:
				return "", argErrorf(args[0], "autoawait is on or off, not %s", args[0].text)
			}
			return "", nil
		}
		if s.autoawait {
			return "autoawait=on", nil
		}
		return "autoawait=off", nil
	},
}
