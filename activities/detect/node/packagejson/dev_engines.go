package packagejson

import (
	"encoding/json"

	"github.com/samber/lo"
)

// DevEngine is an entry of devEngines: a tool that the package is developed with.
type DevEngine struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	OnFail  string `json:"onFail"`
}

// Enforced tells whether npm refuses to work where the tool is another.
func (e DevEngine) Enforced() bool { return e.OnFail == "" || e.OnFail == "error" }

// DevEngines is one entry or a list of alternatives.
type DevEngines []DevEngine

// UnmarshalJSON reads both forms. What is neither is left out, as npm complains of it where it matters.
func (e *DevEngines) UnmarshalJSON(text []byte) error {
	var one DevEngine
	if json.Unmarshal(text, &one) == nil {
		*e = DevEngines{one}

		return nil
	}

	var list []DevEngine

	_ = json.Unmarshal(text, &list)
	*e = list

	return nil
}

// Find returns the entry of that name.
func (e DevEngines) Find(name string) (DevEngine, bool) {
	return lo.Find(e, func(engine DevEngine) bool { return engine.Name == name })
}
