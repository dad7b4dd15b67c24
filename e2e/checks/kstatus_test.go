package checks

import (
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Flux judges by kstatus. It takes an object that says nothing for one that is done, so the definition gives new stacks a status.
func TestFluxWaitsForWhatIsNotReady(t *testing.T) {
	ready := func(value string) []any {
		return []any{map[string]any{"type": "Ready", "status": value}, map[string]any{"type": "Progressing", "status": "False"}}
	}
	cases := map[string]struct {
		told     map[string]any
		expected status.Status
	}{
		"one that nobody has looked at":     {map[string]any{"observedGeneration": int64(-1)}, status.InProgressStatus},
		"one whose change was not seen yet": {map[string]any{"observedGeneration": int64(1), "conditions": ready("True")}, status.InProgressStatus},
		"one that is not ready":             {map[string]any{"observedGeneration": int64(2), "conditions": ready("False")}, status.InProgressStatus},
		"one that is ready":                 {map[string]any{"observedGeneration": int64(2), "conditions": ready("True")}, status.CurrentStatus},
	}
	for name, given := range cases {
		t.Run(name, func(t *testing.T) {
			result, err := status.Compute(&unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "ecommercestack.dev/v1alpha1", "kind": "EcommerceStack",
				"metadata": map[string]any{"generation": int64(2)}, "status": given.told,
			}})
			if err != nil || result.Status != given.expected {
				t.Errorf("%v %v, not %s", result, err, given.expected)
			}
		})
	}
}
