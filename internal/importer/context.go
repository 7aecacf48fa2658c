package importer

import (
	"cmp"
	"go/build"
	"slices"
	"strings"
)

// BuildContext returns the context in which the go command chooses the files of a package: what the environment
// says, or else the file that go env -w writes.
func BuildContext() build.Context {
	host, env := build.Default, goEnv()
	os, arch := cmp.Or(env["GOOS"], host.GOOS), cmp.Or(env["GOARCH"], host.GOARCH)
	// The go command compiles no C for another system unless it is told to.
	host.CgoEnabled = host.CgoEnabled && os == host.GOOS && arch == host.GOARCH
	host.GOOS, host.GOARCH = os, arch
	if cgo := env["CGO_ENABLED"]; cgo != "" {
		host.CgoEnabled = cgo == "1"
	}
	host.BuildTags = tagsIn(env["GOFLAGS"])
	host.ToolTags = slices.Clone(host.ToolTags)
	for experiment := range strings.SplitSeq(env["GOEXPERIMENT"], ",") {
		switch name, off := strings.CutPrefix(experiment, "no"); {
		case experiment == "", experiment == "none":
		case off:
			host.ToolTags = slices.DeleteFunc(host.ToolTags, func(tag string) bool { return tag == "goexperiment."+name })
		default:
			host.ToolTags = append(host.ToolTags, "goexperiment."+experiment)
		}
	}
	return host
}

// tagsIn returns the build tags that GOFLAGS sets.
func tagsIn(goflags string) []string {
	var tags []string
	for _, flag := range strings.Fields(goflags) {
		if list, ok := strings.CutPrefix(strings.TrimLeft(flag, "-"), "tags="); ok {
			tags = strings.Split(list, ",")
		}
	}
	return tags
}
