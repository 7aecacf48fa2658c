module example.com/corpus

go 1.26.0

require (
	github.com/cellwrap/cellwrap v0.0.0
	github.com/google/go-cmp v0.7.0
	github.com/samber/lo v1.53.0
	gopkg.in/yaml.v3 v3.0.1
	pgregory.net/rapid v1.3.0
)

require golang.org/x/text v0.22.0 // indirect

replace (
	github.com/cellwrap/cellwrap => ./runtime
	github.com/google/go-cmp => ./cmp
)
