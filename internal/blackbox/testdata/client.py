"""A day of a client in Python, of its standard library alone.

usage: client.py URL SUPER-USER PASSWORD TOTP-KEY BASIC-AUTH-USERNAME PASSWORD

It sends JSON bodies with every verb, GET and DELETE included, and ends at the
first answer that is not as it must be.
"""

import base64
import hashlib
import hmac
import http.client
import json
import re
import struct
import sys
import time
import urllib.parse
from datetime import datetime, timedelta

URL, ADMIN, PASSWORD, KEY, BASIC_USERNAME, BASIC_PASSWORD = sys.argv[1:7]
BASE = '/zato/sso'
MARK = 'py%d' % time.time_ns()
TEXTS = {'display_name': 'Zoë “日本” 🙂', 'first_name': 'Zoë', 'last_name': 'Ω'}
DATE = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?')

OWNER = {'cid', 'status', 'sub_status', 'user_id', 'username', 'email', 'display_name', 'first_name', 'middle_name',
         'last_name', 'is_totp_enabled', 'totp_label'}

connection = http.client.HTTPConnection(urllib.parse.urlsplit(URL).netloc, timeout=60)


def check(holds, *what):
    if not holds:
        sys.exit('client.py: ' + ' '.join(str(part) for part in what))


def totp(key, now=None):
    """RFC 6238, with what every authenticator has: SHA-1, 30 seconds, six digits."""
    digest = hmac.new(base64.b32decode(key), struct.pack('>Q', int(now or time.time()) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return '%06d' % ((struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7fffffff) % 10 ** 6)


check(totp(base64.b32encode(b'12345678901234567890'), 1111111109) == '081804', 'TOTP is not that of RFC 6238')


def send(verb, path, body, headers=None):
    connection.request(verb, path, body, {'Content-Type': 'application/json', 'User-Agent': 'client.py', **(headers or {})})
    response = connection.getresponse()
    text = response.read()
    check('application/json' in response.getheader('Content-Type', ''), verb, path, 'Content-Type')
    answer = json.loads(text.decode('utf-8'))
    return response, answer


def call(verb, path, status=200, code=None, keys=None, **elements):
    """Sends elements and returns the answer, which must have this status and
    code and, if any are given, these keys."""
    elements.setdefault('current_app', 'CRM')
    response, answer = send(verb, BASE + path, json.dumps(elements))
    what = (verb, path, elements, 'answered', response.status, answer)
    check(response.status == status, *what, 'want', status)
    check(answer['cid'] and answer['cid'] == response.getheader('X-Zato-CID'), *what)
    if status == 400:
        check(answer == {'result': 'Error', 'cid': answer['cid'], 'details': 'Bad request'}, *what)
    elif status == 403:
        check(answer == {'cid': answer['cid'], 'status': 'error', 'sub_status': [code]}, *what, 'want', code)
    elif status == 200:
        check(answer['status'] == 'ok' and answer['sub_status'] == [], *what)
    if keys is not None:
        check(set(answer) == {'cid', 'status', 'sub_status'} | set(keys), *what, 'want', keys)
    return answer


def login(username, password, **more):
    ust = call('POST', '/user/login', keys={'ust'}, username=username, password=password, **more)['ust']
    check(ust.startswith('gAAAA'), 'UST', ust)
    return ust


def as_date(text):
    check(DATE.fullmatch(text), text, 'is no date-time')
    return datetime.fromisoformat(text)


# The super-user logs in, with TOTP.
call('POST', '/user/login', 403, 'E005008', username=ADMIN, password=PASSWORD)
call('POST', '/user/login', 403, 'E005001', username=ADMIN, password=PASSWORD, totp_code='000000x')
call('POST', '/user/login', 403, 'E005001', username=ADMIN, password='wrong', totp_code=totp(KEY))
call('POST', '/user/login', 400, username=ADMIN)
admin = login(ADMIN, PASSWORD, totp_code=totp(KEY))
me = call('GET', '/user', ust=admin)
check(me['is_super_user'] is True and me['is_totp_enabled'] is True and me['username'] == ADMIN, me)
check('rate_limit_def' not in me and 'password' not in me and 'totp_key' not in me, me)
as_date(me['sign_up_time'])

# Somebody signs up, is approved, confirms, and logs in.
name = MARK + '.jane'
email = name + '@example.com'
token = call('POST', '/user/signup', keys={'confirm_token'}, username=name, password='Sign-Secret-Of-Mine', email=email,
             app_list=['CRM'])['confirm_token']
call('POST', '/user/signup', 403, 'E005001', username=name, password='Sign-Secret-Of-Mine', email='x' + email, app_list=['CRM'])
call('POST', '/user/login', 403, 'E005001', username=name, password='Sign-Secret-Of-Mine')
found = call('GET', '/user/search', ust=admin, username=name)
check(found['total'] == 1 and found['result'][0]['email'] == email, found)
check(found['result'][0]['rate_limit_def'] is None, found)
jane_id = found['result'][0]['user_id']
call('POST', '/user/approve', keys=(), ust=admin, user_id=jane_id)
call('POST', '/user/login', 403, 'E005003', username=name, password='Sign-Secret-Of-Mine')
call('PATCH', '/user/signup', keys=(), confirm_token=token)
call('PATCH', '/user/signup', 403, 'E005007', confirm_token=token)
jane = login(name, 'Sign-Secret-Of-Mine')

# She updates herself: what is null becomes null, what is absent stays.
check(set(call('GET', '/user', ust=jane)) == OWNER, 'keys of an owner')
call('PATCH', '/user', keys=(), ust=jane, middle_name='M.', **TEXTS)
call('PATCH', '/user', keys=(), ust=jane, first_name=None, middle_name='')
user = call('GET', '/user', ust=jane)
check(user['display_name'] == TEXTS['display_name'] and user['last_name'] == 'Ω', user)
check(user['first_name'] is None and user['middle_name'] == '' and user['email'] == email, user)
call('PATCH', '/user', 403, 'E008003', ust=jane)
call('PATCH', '/user', 403, 'E008003', ust=jane, shoe_size=43)
call('PATCH', '/user', 403, 'E008002', ust=jane, is_locked=True)
call('PATCH', '/user', 403, 'E002004', ust=jane, email='a b@example.com')
call('PATCH', '/user', 403, 'E005001', ust=jane, user_id=jane_id, last_name='x')
call('PATCH', '/user', 403, 'E008002', ust=jane, user_id=me['user_id'], last_name='x')
call('PATCH', '/user', 403, 'E007001', ust='garbage', last_name='x')
call('PATCH', '/user', 403, 'E004001', ust=jane, last_name='x', current_app='unknown')
call('PATCH', '/user', 400, last_name='x')
check(call('GET', '/user', ust=jane)['last_name'] == 'Ω', 'refused updates change nothing')

# The super-user updates her, and sees it.
until = datetime(2345, 12, 27, 11, 22, 33)
call('PATCH', '/user', keys=(), ust=admin, user_id=jane_id, password_expiry=until.isoformat(), password_must_change='no')
check(call('GET', '/user', ust=admin, user_id=jane_id)['password_expiry'] == '2345-12-27T11:22:33', 'password_expiry')
until += timedelta(microseconds=5)
call('PATCH', '/user', keys=(), ust=admin, user_id=jane_id, password_expiry=until.isoformat())
check(as_date(call('GET', '/user', ust=admin, user_id=jane_id)['password_expiry']) == until, 'password_expiry')
call('PATCH', '/user', 403, 'E008002', ust=admin, user_id=jane_id, password_expiry=None)

# Attributes, hers and of her session, keep their values and types.
for path, who in (('/user/attr', {'ust': jane}), ('/session/attr', {'current_ust': jane, 'target_ust': jane})):
    for value in ('', 'Zoë 🙂', 0, False, None, 1.5, [], [1, None, {'a': 'b'}], {'x': {'y': []}}):
        call('PUT', path, keys=(), name='v', value=value, encrypt=True, **who)
        attr = call('GET', path, name='v', **who)
        check(attr['value'] == value and type(attr['value']) is type(value), attr, 'want', value)
        check(attr['found'] is True and attr['is_encrypted'] is True, attr)
    call('POST', path, 403, 'E009001', name='v', value=1, **who)
    call('PATCH', path, 403, 'E009002', name='none', value=1, **who)
    call('POST', path, keys=(), data=[{'name': 'a', 'value': 1}, {'name': 'b', 'value': 2, 'expiration': 900}], **who)
    several = call('GET', path, keys={'result'}, data=['a', 'b', 'none'], **who)['result']
    check(several['a']['value'] == 1 and several['none'] is None, several)
    check(timedelta(seconds=890) < as_date(several['b']['expiration_time']) - datetime.utcnow() < timedelta(seconds=910), several)
    check(sorted(call('GET', path + '/names', keys={'result'}, **who)['result']) == ['a', 'b', 'v'], 'names')
    check(call('GET', path + '/exists', keys={'result'}, name='a', **who)['result'] is True, 'exists')
    check(call('GET', path + '/exists', data=['a', 'x'], **who)['result'] == {'a': True, 'x': False}, 'exists')
    call('DELETE', path, keys=(), data=['a', 'b', 'v'], **who)
    call('GET', path, keys={'found'}, name='v', **who)

# Sessions.
details = call('GET', '/user/session', keys={'creation_time', 'expiration_time', 'remote_addr', 'user_agent'},
               current_ust=admin, target_ust=jane)
check(details['user_agent'] == 'client.py' and as_date(details['expiration_time']) > datetime.utcnow(), details)
check(call('POST', '/user/session', keys={'is_valid'}, current_ust=admin, target_ust=jane)['is_valid'] is True, 'is_valid')
renewed = call('PATCH', '/user/session', keys={'expiration_time'}, ust=jane)
check(as_date(renewed['expiration_time']) > as_date(details['expiration_time']), renewed)
rows = call('GET', '/user/session/list', keys={'result'}, ust=jane)['result']
check(len(rows) == 1 and rows[0]['auth_principal'] == name and len(rows[0]['session_state_change_list']) >= 1, rows)

# Passwords.
call('PATCH', '/user/password', 403, 'E005001', ust=jane, old_password='wrong', new_password='Other-Secret-Of-Mine')
call('PATCH', '/user/password', 403, 'E003002', ust=jane, old_password='Sign-Secret-Of-Mine', new_password='short')
call('PATCH', '/user/password', keys=(), ust=jane, old_password='Sign-Secret-Of-Mine', new_password='Other-Secret-Of-Mine')
call('POST', '/user/login', 403, 'E005001', username=name, password='Sign-Secret-Of-Mine')
jane = login(name, 'Other-Secret-Of-Mine')

# TOTP.
key = call('PATCH', '/user/totp', keys={'totp_key'}, ust=jane, totp_key='', totp_label='phone')['totp_key']
call('PATCH', '/user', keys=(), ust=jane, is_totp_enabled='yes')
call('POST', '/user/login', 403, 'E005008', username=name, password='Other-Secret-Of-Mine')
jane = login(name, 'Other-Secret-Of-Mine', totp_code=totp(key))

# Users that the super-user creates, found page by page.
names = {'%s.user%d' % (MARK, i) for i in range(5)}
for username in names:
    made = call('POST', '/user', ust=admin, username=username, last_name=MARK, first_name=' Pat ', auto_approve=True)
    check(made['first_name'] == 'Pat' and made['display_name'] == 'Pat ' + MARK and made['approval_status'] == 'approved', made)
call('POST', '/user', 403, 'E001002', ust=admin, username=name)
call('POST', '/user', 403, 'E005001', ust=jane, username='x' + name)
page, seen = 1, []
while page:
    found = call('GET', '/user/search', ust=admin, last_name=MARK, page_size=2, cur_page=page)
    check((found['total'], found['num_pages'], found['page_size'], found['cur_page']) == (5, 3, 2, page), found)
    check(found['has_next_page'] is (page < 3) and found['has_prev_page'] is (page > 1), found)
    seen += [row['username'] for row in found['result']]
    page = found['next_page'] if found['has_next_page'] else None
check(seen == sorted(names), seen)

# A link, and a session by Basic Auth.
link = {'ust': admin, 'user_id': jane_id, 'auth_type': 'basic_auth', 'auth_username': BASIC_USERNAME}
call('POST', '/user/linked', keys=(), is_active=True, **link)
call('POST', '/user/linked', 403, 'E008002', is_active=True, **link)
call('POST', '/user/linked', 400, is_active=True, **{**link, 'auth_username': 'nobody'})
linked = call('GET', '/user/linked', keys={'result'}, ust=jane)['result']
check([(row['is_active'], row['auth_type'], row['auth_username']) for row in linked] == [(True, 'basic_auth', BASIC_USERNAME)], linked)
basic = base64.b64encode(('%s:%s' % (BASIC_USERNAME, BASIC_PASSWORD)).encode()).decode()
response, echoed = send('POST', '/zato/api/invoke/echo.echo', json.dumps({'x': 'Zoë'}), {'Authorization': 'Basic ' + basic})
check(response.status == 200 and echoed['input'] == {'x': 'Zoë'}, echoed)
outside = response.getheader('X-Zato-SSO-UST')
check(call('GET', '/user', ust=outside)['username'] == name, 'the session of Basic Auth')
call('DELETE', '/user/linked', keys=(), **link)
call('GET', '/user', 403, 'E007001', ust=outside)

# She is locked, unlocked, and deleted; the day ends.
call('POST', '/user/lock', keys=(), ust=admin, user_id=jane_id)
call('GET', '/user', 403, 'E007001', ust=jane)
call('POST', '/user/login', 403, 'E005002', username=name, password='Other-Secret-Of-Mine', totp_code=totp(key))
call('DELETE', '/user/lock', keys=(), ust=admin, user_id=jane_id)
jane = login(name, 'Other-Secret-Of-Mine', totp_code=totp(key))
call('POST', '/user/logout', keys=(), ust=jane)
call('POST', '/user/logout', keys=(), ust=jane)
call('DELETE', '/user', keys=(), ust=admin, user_id=jane_id)
call('DELETE', '/user', 403, 'E008001', ust=admin, user_id=jane_id)
call('DELETE', '/user', 403, 'E008001', ust=admin, user_id=me['user_id'])
call('GET', '/user', 403, 'E005001', ust=admin, user_id=jane_id)

for verb, path, status in (('PUT', BASE + '/user', 405), ('GET', BASE + '/user/lock', 405), ('GET', BASE + '/user/', 404), ('POST', BASE + '/nothing', 404)):
    response, answer = send(verb, path, '{}')
    check(response.status == status and set(answer) == {'result', 'cid', 'details'} and answer['result'] == 'Error', verb, path, response.status, answer)
for body in ('', '[]', 'x', '{"ust":', b'{"x": "\xff"}'):
    response, answer = send('PATCH', BASE + '/user', body)
    check(response.status == 400 and answer['details'] == 'Bad request', body, response.status, answer)

call('POST', '/user/logout', keys=(), ust=admin)
call('GET', '/user', 403, 'E007001', ust=admin)
