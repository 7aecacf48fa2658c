package rewrite

import (
	"flag"
	"hash/fnv"
)

// All is the flag with which the tests of GOROOT take all of it.
var All = flag.Bool("all", false, "take all of GOROOT, not a sample; each test logs its share")

// Sampled reports whether a test takes the part of GOROOT that has this name: with -all any,
// otherwise those InSample.
func Sampled(name string, every uint32) bool { return *All || InSample(name, every) }

// InSample reports whether a name is in the sample of one in each `every`. The name's hash
// decides, so that the answer is the same on every machine, whatever else comes or goes.
func InSample(name string, every uint32) bool {
	h := fnv.New32a()
	h.Write([]byte(name))
	return h.Sum32()%every == 0
}
