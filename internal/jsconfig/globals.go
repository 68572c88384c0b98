package jsconfig

import (
	"path"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2/js"
)

// global is what a name stands for that no variable has.
func (s *scope) global(name string) Value {
	switch name {
	case "undefined":
		return Value{kind: undefined}
	case "__dirname":
		return ofText(s.directory())
	case "__filename":
		return ofText(s.fileName())
	case "exports":
		return s.module.exports
	case "module":
		made := newObject()
		made.fields.byName["exports"] = s.module.exports

		return made
	case "process", "globalThis", "Object", "Boolean", "String", "JSON":
		return Value{kind: imported, module: name, text: "*"}
	default:
		return Value{}
	}
}

func (s *scope) fileName() string { return path.Join(s.reader.options.Directory, s.module.name) }

func (s *scope) directory() string { return path.Dir(s.fileName()) }

const fileScheme = "file://"

func (s *scope) importMeta() Value {
	made := newObject()
	made.fields.open = true
	made.fields.byName = map[string]Value{
		"dirname": ofText(s.directory()), "filename": ofText(s.fileName()), "url": ofText(fileScheme + s.fileName()),
	}

	return made
}

// member is what stands behind a dot.
func (s *scope) member(owner Value, name string) Value {
	if owner.kind == imported && (owner.module == "process" || owner.module == "globalThis") {
		switch name {
		case "env":
			return Value{kind: environment}
		case "process":
			return Value{kind: imported, module: "process", text: "*"}
		}
	}

	if owner.kind == environment {
		return s.env(name)
	}

	if location, ok := strings.CutPrefix(owner.text, fileScheme); ok && owner.kind == text && name == "pathname" {
		return ofText(location)
	}

	return owner.field(name)
}

// env is an environment variable.
func (s *scope) env(name string) Value {
	if s.reader.options.Env == nil {
		return Value{}
	}

	value, set, known := s.reader.options.Env(name)

	switch {
	case !known:
		return Value{}
	case !set:
		return Value{kind: undefined}
	default:
		return ofText(value)
	}
}

// callGlobal calls a function that no variable of the module holds: require, and what frameworks let their configurations use without an import.
func (s *scope) callGlobal(name string, arguments []Value) Value {
	if name == "require" && len(arguments) > 0 {
		specifier, ok := arguments[0].Text()
		if !ok {
			return Value{}
		}

		loaded := s.reader.load(s.module, specifier, "*")
		if loaded.kind == object {
			// module.exports = x is what require returns.
			if whole, ok := loaded.fields.byName["default"]; ok {
				return whole
			}
		}

		return loaded
	}

	if name == "Boolean" && len(arguments) > 0 {
		if truth, known := arguments[0].truth(); known {
			return ofBool(truth)
		}

		return Value{}
	}

	return Value{kind: called, callee: &Value{kind: imported, text: name}, items: arguments}
}

// textMethods are those of texts that are known here.
var textMethods = []string{"startsWith", "endsWith", "includes", "trim", "toLowerCase"}

// method calls what texts, arrays and Object bring with them; false where it is none of these that are known here.
func (s *scope) method(owner Value, name string, list js.Args) (Value, bool) {
	switch {
	case owner.kind == imported && owner.module == "process" && name == "cwd":
		return ofText(s.reader.options.Directory), true
	case owner.kind == imported && owner.module == "Object" && slices.Contains([]string{"assign", "freeze", "seal"}, name):
		return s.objectMethod(name, s.arguments(list)), true
	case owner.kind == text && slices.Contains(textMethods, name):
		return textMethod(owner.text, name, s.arguments(list)), true
	case owner.kind == array && name == "includes":
		return includes(owner.items, s.arguments(list)), true
	default:
		return Value{}, false
	}
}

// includes tells whether a list has an item.
func includes(items, arguments []Value) Value {
	if len(arguments) != 1 {
		return Value{}
	}

	results := mapValues(items, func(item Value) Value { return equal(item, arguments[0]) })
	if slices.ContainsFunc(results, func(result Value) bool { return result.is }) {
		return ofBool(true)
	}

	return join(append(results, ofBool(false))...)
}

func textMethod(value, name string, arguments []Value) Value {
	switch name {
	case "trim":
		return ofText(strings.TrimSpace(value))
	case "toLowerCase":
		return ofText(strings.ToLower(value))
	}

	part, ok := "", false
	if len(arguments) == 1 {
		part, ok = arguments[0].Text()
	}

	switch {
	case !ok:
		return Value{}
	case name == "startsWith":
		return ofBool(strings.HasPrefix(value, part))
	case name == "endsWith":
		return ofBool(strings.HasSuffix(value, part))
	default:
		return ofBool(strings.Contains(value, part))
	}
}

func (s *scope) objectMethod(name string, arguments []Value) Value {
	if len(arguments) == 0 || arguments[0].kind != object {
		return Value{}
	}

	if name == "assign" {
		for _, other := range arguments[1:] {
			s.spread(arguments[0], other)
		}
	}

	return arguments[0]
}

// standard calls functions of Node's own modules that make paths; false for others.
func (s *scope) standard(callee Value, arguments []Value) (Value, bool) {
	name := strings.TrimPrefix(strings.TrimPrefix(callee.text, "default."), "posix.")

	call, known := map[string]func(parts []string) string{
		"path.join":         func(parts []string) string { return path.Join(parts...) },
		"path.resolve":      func(parts []string) string { return resolvePath(s.reader.options.Directory, parts) },
		"path.dirname":      func(parts []string) string { return path.Dir(parts[0]) },
		"url.fileURLToPath": func(parts []string) string { return strings.TrimPrefix(parts[0], fileScheme) },
		"url.pathToFileURL": func(parts []string) string { return fileScheme + parts[0] },
	}[callee.module+"."+name]
	if !known {
		return Value{}, false
	}

	parts, ok := texts(arguments)
	if !ok || len(parts) == 0 {
		return Value{}, true
	}

	return ofText(call(parts)), true
}

func resolvePath(directory string, parts []string) string {
	for _, part := range parts {
		if path.IsAbs(part) {
			directory = part
		} else {
			directory = path.Join(directory, part)
		}
	}

	return path.Clean(directory)
}

// texts are the values of strings; false where one of them is none.
func texts(values []Value) ([]string, bool) {
	all := []string{}

	for _, value := range values {
		found, ok := value.Text()
		if !ok {
			return nil, false
		}

		all = append(all, found)
	}

	return all, true
}

// construct makes a URL of a file. What other constructors make is not known.
func (s *scope) construct(expression *js.NewExpr) Value {
	if variable, ok := expression.X.(*js.Var); ok && string(variable.Name()) == "URL" && expression.Args != nil {
		parts, ok := texts(s.arguments(*expression.Args))
		if ok && len(parts) == 2 && strings.HasPrefix(parts[1], fileScheme) {
			return ofText(fileScheme + resolvePath(path.Dir(strings.TrimPrefix(parts[1], fileScheme)), parts[:1]))
		}

		return Value{}
	}

	if expression.Args != nil {
		callee := s.eval(expression.X)

		return Value{kind: called, callee: &callee, items: s.arguments(*expression.Args)}
	}

	return Value{}
}
