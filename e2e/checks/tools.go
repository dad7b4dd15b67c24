//go:build tools

// Package checks keeps the programs that scripts build from this module.
package checks

import _ "github.com/yannh/kubeconform/cmd/kubeconform"
