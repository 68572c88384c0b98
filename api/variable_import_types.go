package api

// ImportEnvironmentVariablesInput writes and deletes many variables of one scope.
//
//nolint:lll // One field a line, with its documentation.
type ImportEnvironmentVariablesInput struct {
	ProjectPath

	Body struct {
		Scope  string          `default:"all" doc:"The environments that the variables are for." enum:"all,production,preview" json:"scope,omitempty"`
		Set    []VariableValue `doc:"The variables to make, or to give another value." json:"set,omitempty" maxItems:"500" nullable:"false"`
		Delete []string        `doc:"The names of variables of the scope to delete; one that is not there is passed over." json:"delete,omitempty" maxItems:"500" nullable:"false"`
	}
}

// VariableValue is a variable and its value, as set-environment-variable takes them.
//
//nolint:lll // One field a line, with its documentation.
type VariableValue struct {
	Name  string `json:"name" maxLength:"255" pattern:"^[A-Za-z_][A-Za-z0-9_]*$" patternDescription:"the name of an environment variable, such as DATABASE_URL: letters, digits and underscores, with no digit first"`
	Value string `json:"value" maxLength:"65536" pattern:"^[^\\x00]*$" patternDescription:"text without NUL, which no environment variable can hold: encode it, for example as base64"`
}

// ImportEnvironmentVariablesOutput says what was done.
type ImportEnvironmentVariablesOutput struct {
	Body struct {
		Created  []string `doc:"The names of those that are new, by name."       json:"created"  nullable:"false"`
		Replaced []string `doc:"The names of those that got a value, by name."   json:"replaced" nullable:"false"`
		Deleted  []string `doc:"The names of those that were deleted, by name." json:"deleted"  nullable:"false"`
	}
}
