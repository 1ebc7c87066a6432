package services

import (
	"encoding/json"
	"fmt"
	"strings"
)

type address struct {
	Street string `json:"street"`
	Zip    string `json:"zip,omitempty"`
}
type user struct {
	Name     string         `json:"name"`
	Age      int            `json:"age"`
	Tags     []string       `json:"tags"`
	Addr     *address       `json:"addr,omitempty"`
	Home     address        `json:"home"`
	Extra    map[string]any `json:"extra,omitempty"`
	Hidden   string         `json:"-"`
	password string
	NoTag    bool
}

func Run() {
	u := user{Name: "A", Age: 3, password: "secret", Hidden: "h", Home: address{Street: "S"}}
	out, err := json.Marshal(u)
	fmt.Println(string(out), err)
	out, _ = json.Marshal(map[string]any{"u": &u, "n": nil, "l": []user{u}})
	fmt.Println(string(out))
	var back user
	err = json.Unmarshal([]byte(`{"name":"B","age":5,"tags":["x","y"],"addr":{"street":"T"},"password":"evil","Xpassword":"evil","extra":{"k":[1,2]}}`), &back)
	fmt.Println(err, back.Name, back.Age, back.Tags, back.Addr.Street, back.password == "", back.Extra["k"])
	err = json.Unmarshal([]byte(`{"age":"x"}`), &back)
	fmt.Println(err != nil)
	dec := json.NewDecoder(strings.NewReader(`{"name":"C","bogus":1}`))
	dec.DisallowUnknownFields()
	fmt.Println(dec.Decode(&back) != nil)
	var doc map[string]any
	json.Unmarshal([]byte(`{"a":{"b":[1,"x",null]}}`), &doc)
	fmt.Println(doc["a"].(map[string]any)["b"].([]interface{})[1])
}
