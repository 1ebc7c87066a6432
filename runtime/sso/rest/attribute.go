package rest

import (
	"context"
	"slices"

	"gatehouse/runtime/sso"
)

// owned is an operation on attributes of a user or a session.
type owned struct {
	api
	isSession bool
}

// caller reads who calls, and whose attributes the call is about.
func (o owned) caller(in *input) (sso.Call, sso.AttributeOwner) {
	if o.isSession {
		return in.inSession("current_ust"), sso.AttributeOwner{TargetUST: in.optional("target_ust")}
	}
	return in.inSession("ust"), sso.AttributeOwner{UserID: in.optional("user_id")}
}

// write answers the calls that write one attribute, or several in data.
func (o owned) write(how sso.AttributeWrite) func(context.Context, *input) (answer, error) {
	return func(ctx context.Context, in *input) (answer, error) {
		call, owner := o.caller(in)
		if in.fault != nil {
			return answer{}, in.fault
		}
		return answer{}, o.core.WriteAttributes(ctx, call, owner, how, sso.AttributesFromJSON(in.elements))
	}
}

// names reads the names of attributes: one in name, or several in data.
func (o owned) names(in *input) (names []string, isOne bool) {
	data, isList := in.elements["data"].([]any)
	if !isList {
		return []string{in.optional("name")}, true
	}
	for _, name := range data {
		names = append(names, in.asText("data", name))
	}
	return names, false
}

func (o owned) delete(ctx context.Context, in *input) (answer, error) {
	call, owner := o.caller(in)
	names, _ := o.names(in)
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, o.core.DeleteAttributes(ctx, call, owner, names)
}

// read reads attributes by the names of a request, which must name some.
func (o owned) read(ctx context.Context, in *input, decrypt bool) (found map[string]*sso.Attribute, names []string, isOne bool, err error) {
	call, owner := o.caller(in)
	names, isOne = o.names(in)
	if in.fault != nil {
		return nil, nil, false, in.fault
	}
	if len(names) == 0 {
		names = []string{""} // refused, after who calls has been looked at
	}
	attributes, err := o.core.Attributes(ctx, call, owner, names, decrypt)
	found = map[string]*sso.Attribute{}
	for _, attribute := range attributes {
		found[attribute.Name] = &attribute
	}
	return found, names, isOne, err
}

func (o owned) get(ctx context.Context, in *input) (answer, error) {
	decrypt := true
	if value, given := in.elements["decrypt"]; given && value != nil {
		decrypt = in.isTrue("decrypt")
	}
	found, names, isOne, err := o.read(ctx, in, decrypt)
	if err != nil {
		return answer{}, err
	}
	one := func(name string) map[string]any {
		attribute := found[name]
		if attribute == nil {
			return nil
		}
		dict := attribute.ToDict()
		dict["found"] = true
		return dict
	}
	if isOne {
		if dict := one(names[0]); dict != nil {
			return answer{keys: dict}, nil
		}
		return answer{keys: map[string]any{"found": false}}, nil
	}
	result := map[string]any{}
	for _, name := range names {
		result[name] = nil
		if dict := one(name); dict != nil {
			result[name] = dict
		}
	}
	return answer{keys: map[string]any{"result": result}}, nil
}

func (o owned) exists(ctx context.Context, in *input) (answer, error) {
	found, names, isOne, err := o.read(ctx, in, false)
	if err != nil {
		return answer{}, err
	}
	if isOne {
		return answer{keys: map[string]any{"result": found[names[0]] != nil}}, nil
	}
	result := map[string]bool{}
	for _, name := range names {
		result[name] = found[name] != nil
	}
	return answer{keys: map[string]any{"result": result}}, nil
}

func (o owned) list(ctx context.Context, in *input) (answer, error) {
	call, owner := o.caller(in)
	if in.fault != nil {
		return answer{}, in.fault
	}
	attributes, err := o.core.Attributes(ctx, call, owner, nil, false)
	names := make([]string, len(attributes))
	for i, attribute := range attributes {
		names[i] = attribute.Name
	}
	slices.Sort(names)
	return answer{keys: map[string]any{"result": names}}, err
}
