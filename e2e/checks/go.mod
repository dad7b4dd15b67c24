// Checks that are written in Go or are programs in it: kubeconform, and Argo CD's health script in the interpreter that Argo CD has.
module ecommercestack.dev/e2e/checks

go 1.26.4

require (
	github.com/yannh/kubeconform v0.7.0
	github.com/yuin/gopher-lua v1.1.1
)

require (
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.7 // indirect
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.1 // indirect
	golang.org/x/text v0.25.0 // indirect
	sigs.k8s.io/yaml v1.4.0 // indirect
)
