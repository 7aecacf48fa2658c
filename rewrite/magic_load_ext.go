package rewrite

var loadExt = magic{
	name:    "load_ext",
	args:    "cellwrap|twisted_ipython",
	summary: "accepted, without effect",
	help:    `Loads the extension in a notebook of the ancestor's. Here it has no effect.`,
	apply: func(_ *settings, args []arg) (string, error) {
		if len(args) == 1 && (args[0].text == "cellwrap" || args[0].text == "twisted_ipython") {
			return "", nil
		}
		return "", errHost // an extension of the kernel's own
	},
}
