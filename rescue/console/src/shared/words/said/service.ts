// What the service says of itself and at its door: why it cannot decide, why somebody is not let in.

import type { Patterns } from "./grammar";

export const SERVICE: Patterns = {
  service: [
    ["另一实例正在值守，本实例待命", "another instance is the desk; this one stands by"],
    ["值守数据尚未载入", "the board is not loaded yet"],
    ["暂时无法受理或更改案件：{text}", "no case can be taken in or changed: {text}"],
    ["系统未能在 {n} 秒内处理", "the desk did not come to it within {n} s"],
    ["与消息代理（MQTT）的连接中断", "the broker is away"],
    ["当前登录人数过多", "too many people are logging in"],
    ["用户名或密码错误", "the name or the password is wrong"],
    ["该用户名登录失败次数过多", "too many failed log-ins under this name"],
    ["该地址登录失败次数过多", "too many failed log-ins from this address"],
    ["请在 {n} 秒后重试", "try again in {n} s"],
    ["请求过多，系统来不及处理", "more is happening than the desk can take in"],
    ["数据库无应答", "the database does not answer"],
    ["请重新发送同一请求", "send the same request again"],
    ["这是系统自身的故障", "this is a fault of the service"],
    ["请求未能在 {n} 秒内送达", "the body did not come within {n} s"],
    ["内容超过 64 KiB", "the body is longer than 64 KiB"],
  ],
};
