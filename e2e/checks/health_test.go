package checks

import (
	"os"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// stack is what the health script is given: generation 2, with what the case says of it.
type stack struct {
	status string // a Lua table
	health string
	tells  string
}

// conditions of generation 2, in Lua; the first three are Ready, Progressing and Degraded as `status reason`.
func conditions(ready, progressing, degraded string) string {
	var all []string
	for kind, text := range map[string]string{"Ready": ready, "Progressing": progressing, "Degraded": degraded} {
		status, reason, _ := strings.Cut(text, " ")
		all = append(all, `{type="`+kind+`", status="`+status+`", reason="`+reason+`", message="`+kind+` tells", observedGeneration=2}`)
	}
	return `{observedGeneration=2, conditions={` + strings.Join(all, ", ") + `}}`
}

func TestHealthOfAStackIsWhatItsConditionsSay(t *testing.T) {
	const stable, fine = "False Stable", "False AsExpected"
	cases := map[string]stack{
		"one that nobody has looked at":     {"nil", "Progressing", "operator"},
		"one without conditions":            {"{observedGeneration=2}", "Progressing", "operator"},
		"one whose change was not seen yet": {strings.ReplaceAll(conditions("True AllComponentsReady", stable, fine), "=2", "=1"), "Progressing", "operator"},
		"one that is ready":                 {conditions("True AllComponentsReady", stable, fine), "Healthy", "Ready tells"},
		"one that starts":                   {conditions("False ComponentsNotReady", "True StartingInfrastructure", fine), "Progressing", "Progressing tells"},
		"one that is rolled out":            {conditions("False ComponentsNotReady", "True RollingOut", fine), "Progressing", "Progressing tells"},
		"one that needs a person":           {conditions("False InvalidSpec", "False Blocked", "True InvalidSpec"), "Degraded", "Degraded tells"},
		"one that was rolled back":          {conditions("True AllComponentsReady", stable, "True RolledBack"), "Degraded", "Degraded tells"},
		"one that is paused":                {conditions("True AllComponentsReady", "False Paused", fine), "Suspended", "Progressing tells"},
		"one that is stopped":               {conditions("False ComponentsNotReady", "False Stopped", fine), "Suspended", "Progressing tells"},
		"one that waits for approval":       {conditions("True AllComponentsReady", "False WaitingForApproval", fine), "Suspended", "Progressing tells"},
		"one that waits for its window":     {conditions("True AllComponentsReady", "False OutsideWindow", fine), "Suspended", "Progressing tells"},
	}
	script, err := os.ReadFile("../../manifests/argocd/health.lua")
	if err != nil {
		t.Fatal(err)
	}
	for name, given := range cases {
		t.Run(name, func(t *testing.T) {
			state := lua.NewState()
			defer state.Close()
			object := `obj = {metadata={generation=2}, status=` + given.status + `}`
			if err := state.DoString(object + "\n" + string(script)); err != nil {
				t.Fatal(err)
			}
			health, told := state.Get(-1).(*lua.LTable)
			if !told {
				t.Fatal("it returns no table")
			}
			if found := health.RawGetString("status").String(); found != given.health {
				t.Errorf("%s, not %s", found, given.health)
			}
			if found := health.RawGetString("message").String(); !strings.Contains(found, given.tells) {
				t.Errorf("it tells: %s", found)
			}
		})
	}
}
