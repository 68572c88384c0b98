package detect

import (
	"slices"
)

// complaints are asked in this order; the first that matches explains the failure.
func complaints() []complaint {
	return slices.Concat(
		composerScriptComplaints(),
		nodeComplaints(),
		railsComplaints(),
		laravelComplaints(),
	)
}

// Explain finds in the last lines of a failed instruction what the user can do about it; false where nothing is known.
func Explain(output string) (string, bool) {
	return explain(complaints(), output)
}
