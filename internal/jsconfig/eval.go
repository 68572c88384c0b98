package jsconfig

import (
	"maps"
	"strings"

	"github.com/tdewolff/parse/v2/js"
)

// maxSteps is how many expressions one configuration may take.
const maxSteps = 100_000

// eval works out an expression.
//
//nolint:cyclop // It has a case for each kind of expression, and no more.
func (s *scope) eval(expression js.IExpr) Value {
	if s.reader.steps--; s.reader.steps < 0 {
		return Value{}
	}

	switch expression := expression.(type) {
	case *js.LiteralExpr:
		return literal(*expression)
	case js.LiteralExpr:
		return literal(expression)
	case *js.Var:
		return s.lookup(string(expression.Name()))
	case *js.GroupExpr:
		return s.eval(expression.X)
	case *js.ObjectExpr:
		return s.object(expression)
	case *js.ArrayExpr:
		return s.array(expression)
	case *js.TemplateExpr:
		return s.template(expression)
	case *js.DotExpr:
		return s.member(s.eval(expression.X), nameOf(expression.Y))
	case *js.IndexExpr:
		owner := s.eval(expression.X)
		if name, ok := s.eval(expression.Y).Text(); ok {
			return s.member(owner, name)
		}

		return Value{}
	case *js.CondExpr:
		return s.choose(expression)
	case *js.UnaryExpr:
		return s.unary(expression)
	case *js.BinaryExpr:
		return s.binary(expression)
	case *js.CallExpr:
		return s.call(expression)
	case *js.NewExpr:
		return s.construct(expression)
	case *js.ArrowFunc:
		return Value{kind: function, scope: s, function: &js.FuncDecl{Async: expression.Async, Params: expression.Params, Body: expression.Body}}
	case *js.FuncDecl:
		return Value{kind: function, scope: s, function: expression}
	case *js.MethodDecl:
		return Value{kind: function, scope: s, function: &js.FuncDecl{Params: expression.Params, Body: expression.Body}}
	case *js.CommaExpr:
		last := Value{}
		for _, part := range expression.List {
			last = s.eval(part)
		}

		return last
	case *js.ImportMetaExpr:
		return s.importMeta()
	default:
		return Value{}
	}
}

func literal(expression js.LiteralExpr) Value {
	switch expression.TokenType { //nolint:exhaustive // All others come to what is not known.
	case js.StringToken:
		return ofText(unquote(expression.Data))
	case js.TrueToken:
		return ofBool(true)
	case js.FalseToken:
		return ofBool(false)
	case js.NullToken:
		return Value{kind: null}
	case js.DecimalToken, js.IntegerToken:
		return Value{kind: number, text: string(expression.Data)}
	default:
		return Value{}
	}
}

// unquote is the value of a string. Escapes other than those of quotes are rare in configurations: what has one is not read right, and stays as it is.
func unquote(data []byte) string {
	value := string(data)
	if len(value) > 1 && strings.ContainsRune("'\"`", rune(value[0])) {
		value = value[1 : len(value)-1]
	}

	return strings.NewReplacer(`\'`, `'`, `\"`, `"`, `\\`, `\`, `\/`, `/`).Replace(value)
}

// nameOf is the name behind a dot.
func nameOf(expression js.IExpr) string {
	switch expression := expression.(type) {
	case *js.LiteralExpr:
		return string(expression.Data)
	case js.LiteralExpr:
		return string(expression.Data)
	default:
		return ""
	}
}

func (s *scope) propertyName(name js.PropertyName) string {
	if name.Computed != nil {
		found, _ := s.eval(name.Computed).Text()

		return found
	}

	return unquote(name.Literal.Data)
}

func (s *scope) object(expression *js.ObjectExpr) Value {
	made := newObject()

	for _, property := range expression.List {
		if property.Spread {
			s.spread(made, s.eval(property.Value))

			continue
		}

		name := ""

		switch value := property.Value.(type) {
		case *js.MethodDecl:
			name = s.propertyName(value.Name.PropertyName)
		case *js.Var:
			name = string(value.Name())
		}

		if property.Name != nil {
			name = s.propertyName(*property.Name)
		}

		made.fields.byName[name] = s.eval(property.Value)
	}

	return made
}

// spread puts the fields of a value into an object.
func (s *scope) spread(into, value Value) {
	switch value.kind {
	case object:
		if value.fields.open {
			s.forget(into)
		}

		maps.Copy(into.fields.byName, value.fields.byName)
	case choice:
		before := into.fields.byName

		for _, option := range value.items {
			changed := newObject()
			s.spread(changed, option)

			into.fields.open = into.fields.open || changed.fields.open

			for name, inside := range changed.fields.byName {
				known, ok := before[name]
				if !ok {
					known = Value{kind: undefined}
				}

				into.fields.byName[name] = join(known, inside)
			}
		}
	case undefined, null, boolean, number, text:
	default:
		s.forget(into)
	}
}

// forget makes all that is known of an object unknown.
func (s *scope) forget(into Value) {
	into.fields.byName, into.fields.open = map[string]Value{}, true
}

func (s *scope) array(expression *js.ArrayExpr) Value {
	made := Value{kind: array}

	for _, element := range expression.List {
		switch {
		case element.Value == nil:
		case element.Spread:
			if inside := s.eval(element.Value); inside.kind == array {
				made.items = append(made.items, inside.items...)
			} else {
				made.items = append(made.items, Value{})
			}
		default:
			made.items = append(made.items, s.eval(element.Value))
		}
	}

	return made
}

func (s *scope) template(expression *js.TemplateExpr) Value {
	if expression.Tag != nil {
		return Value{}
	}

	all := ofText("")

	for _, part := range expression.List {
		all = add(add(all, ofText(strings.TrimSuffix(strings.TrimLeft(string(part.Value), "`}"), "${"))), s.eval(part.Expr))
	}

	return add(all, ofText(strings.TrimSuffix(strings.TrimLeft(string(expression.Tail), "`}"), "`")))
}

// add is the sum of two values, as texts.
func add(left, right Value) Value {
	for i, side := range []Value{left, right} {
		if side.kind == choice {
			return join(mapValues(side.items, func(item Value) Value {
				if i == 0 {
					return add(item, right)
				}

				return add(left, item)
			})...)
		}

		if side.kind != text && side.kind != number || left.kind == number && right.kind == number {
			return Value{}
		}
	}

	if len(left.text)+len(right.text) > maxText {
		return Value{}
	}

	return ofText(left.text + right.text)
}
