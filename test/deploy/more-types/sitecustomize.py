"""
What ministack 1.5.33 does not do and Daybook needs: two resource types of CloudFormation whose services it has, alarms
over expressions, a call of Cognito, sequence numbers as Kinesis writes them, and the Object Lock of a bucket. Python runs this file when it starts with this folder in PYTHONPATH. So the template is deployed as it is.
"""

import json
import sys
from importlib.metadata import PackageNotFoundError, version

for package, wanted in (("ministack", "1.5.33"), ("cryptography", None)):
    try:
        found = version(package)
    except PackageNotFoundError:
        sys.exit(f"{package} is not installed beside ministack. docs/testing.md has the command that installs both.")
    if wanted not in (None, found):
        sys.exit(f"ministack {found} is on the PATH, and this folder extends {wanted}: pip install ministack=={wanted}")

from ministack.core.responses import json_response
from ministack.services import athena, cognito, kinesis, s3, waf
from ministack.services.cloudformation import provisioners


def _answer(response):
    status, _headers, body = response
    answer = json.loads(body)
    if status >= 400:
        raise ValueError(answer.get("message") or answer.get("Message") or str(answer))
    return answer


def _create_named_query(logical_id, props, stack_name):
    identifier = _answer(athena._create_named_query(props))["NamedQueryId"]
    return identifier, {"NamedQueryId": identifier}


def _delete_named_query(identifier, props):
    athena._delete_named_query({"NamedQueryId": identifier})


def _create_association(logical_id, props, stack_name):
    _answer(waf._associate_web_acl(props))
    return f"{props['WebACLArn']}|{props['ResourceArn']}", {}


def _delete_association(identifier, props):
    waf._disassociate_web_acl(props)


provisioners._RESOURCE_HANDLERS.update({
    "AWS::Athena::NamedQuery": {"create": _create_named_query, "delete": _delete_named_query},
    "AWS::WAFv2::WebACLAssociation": {"create": _create_association, "delete": _delete_association},
})


_dispatch = cognito._dispatch_idp


async def _dispatch_more(action, data):
    """Of the calls for secrets, `npm run clients -- add` needs the list. A client here has the secret it was made with."""
    if action != "ListUserPoolClientSecrets":
        return await _dispatch(action, data)
    status, headers, body = await _dispatch("DescribeUserPoolClient", data)
    if status >= 400:
        return status, headers, body
    client = json.loads(body)["UserPoolClient"]
    secret = {"ClientSecretId": f"{client['ClientId']}--1", "ClientSecretCreateDate": client["CreationDate"]}
    return json_response({"ClientSecrets": [secret] if "ClientSecret" in client else []})


cognito._dispatch_idp = _dispatch_more


_next_number = kinesis._next_sequence_number


def _number_without_zeros():
    """A sequence number is 0 or begins with another digit (Kinesis API Reference). Positions with other numbers are refused."""
    return f"4{_next_number()}"


kinesis._next_sequence_number = _number_without_zeros


_alarm = provisioners._cw_metric_alarm_record


def _alarm_over_one_metric(name, props):
    """Alarms over an expression are refused. An alarm over the first of its metrics stands for one."""
    if props.get("Metrics"):
        of = next(part["MetricStat"] for part in props["Metrics"] if "MetricStat" in part)
        rest = {key: value for key, value in props.items() if key != "Metrics"}
        props = {**rest, **of["Metric"], "Period": of["Period"], "Statistic": of["Stat"]}
    return _alarm(name, props)


provisioners._cw_metric_alarm_record = _alarm_over_one_metric


_create_bucket = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]["create"]


def _create_locked_bucket(logical_id, props, stack_name):
    """CloudFormation passes over the Object Lock of a bucket, which the service itself has."""
    created = _create_bucket(logical_id, props, stack_name)
    lock = props.get("ObjectLockConfiguration")
    if lock is not None:
        of = lock["Rule"]["DefaultRetention"]
        s3._bucket_object_lock[created[0]] = {
            "enabled": True,
            "default_retention": {key: value if key == "Mode" else int(value) for key, value in of.items()},
        }
    return created


provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]["create"] = _create_locked_bucket
