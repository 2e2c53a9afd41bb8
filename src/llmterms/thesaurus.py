"""Plain words that people use for those of the texts, when they describe what they cannot name."""

from __future__ import annotations

import functools
import re

from llmterms.fold import stem

# A line is a group of words that may stand for one another in a description; an entry is indexed
# under all words of each group that its gloss or descriptions touch. Words with several senses
# stay out, and so do names of terms.
_ENGLISH = """
remove delete drop discard throw strip eliminate cut
unimportant useless unneeded redundant superfluous
predict forecast guess anticipate foresee
next upcoming following future coming
several multiple many various
average mean
network net
forget lose vanish disappear erase
task job chore assignment
document page article file
picture image photo drawing
movie video clip film
speech voice spoken talk audio
chat conversation dialogue talk
retrieve fetch lookup find search
passage snippet paragraph excerpt chunk
corpus collection library database
answer reply respond response
question query ask
summarize condense shorten
compress shrink squeeze
smaller tiny small little compact
large big huge giant massive
fast quick speedy rapid
faster speed accelerate quicken
slow sluggish
store save keep hold remember cache
reuse recycle
recompute redo repeat
split divide break slice cut
combine merge fuse blend join mix
choose pick select decide
copy imitate mimic clone replicate
cheap inexpensive affordable
cost price expense
error mistake fault wrong
invent fabricate fake false untrue
fact truth
harmful dangerous unsafe bad
attack hack exploit abuse
trick fool deceive mislead
protect guard defend
refuse decline reject
test exam check
score grade rate mark
rank order sort
judge evaluate assess grade
human person people
expert specialist
write compose author draft
code program programming software
programmer developer coder engineer
plan planning
step stage
improve better enhance boost
reward points treat
punish penalty penalize
random chance randomness
parameter knob setting dial
freeze fix lock
word token
vocabulary dictionary
letter character
language tongue
translate translation
position place order
long lengthy
short brief
number digit figure
vector embedding
layer level
weight parameter
memory ram
chip processor accelerator hardware
machine computer device
parallel simultaneously once together
share shared common
duplicate twice repeated copies
clean filter tidy
dataset data
label annotation tag
example sample instance demonstration
rule principle
vote majority
tree branch
graph network
path route chain
reason think thought
explain explanation interpret
hidden secret concealed
inside internal inner
flatter please agree
biased unfair prejudice
copyright licence
company firm maker lab
release launch publish
free open
degrade worsen deteriorate
collapse breakdown
"""
_CHINESE = """
预测 猜 预估 推测
删除 去掉 删掉 剪掉 丢掉
图像 图片 照片
视频 影片 录像
语音 说话 声音 讲话
转写 转成文字 听写
对话 聊天 谈话
检索 查找 搜 查询
文档 文章 资料 文件
片段 段落 小块
回答 答案 回复 作答
选择 挑选 选取 挑
模仿 照着 仿照
压缩 变小 缩小
更小 小号 轻量
加速 更快 提速
保存 存下 记住 缓存
遗忘 忘记 忘掉
合并 融合 拼接
平均 均值
错误 出错 搞错
编造 瞎编 虚构
迎合 讨好 奉承 附和
拒绝 不肯 不答应
攻击 破解 绕过
评估 打分 评价 衡量
人类 人工 真人
代码 程序
智能体 机器人 助手
辩论 争论 争辩
投票 多数 表决
随机 抽签
词元 词 字
权重 参数
精度 比特 位数
显存 内存
并行 同时 一起
重复 一样 多次
数据集 数据 语料
提示 指令 要求
步骤 一步一步 分步
推理 思考
工具 接口
训练 学习
奖励 得分 加分
惩罚 扣分
网络 神经网络
路由 分流 分配
涌现 突然
部署 上线
并发 多用户
语言 外语
"""


@functools.cache
def _english() -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for line in _ENGLISH.split("\n"):
        for word in line.split():
            groups.setdefault(stem(word), set()).update(line.split())
    return groups


@functools.cache
def _chinese() -> list[list[str]]:
    return [line.split() for line in _CHINESE.split("\n") if line]


def others(*texts: str) -> list[str]:
    """Return words that people may use for words of these texts.

    >>> others("averages of weights")
    ['mean', 'parameter']
    """
    text = " ".join(texts)
    own = {stem(word) for word in re.findall(r"[a-z]+", text.lower())}
    found = {word for root in own for word in _english().get(root, ()) if stem(word) not in own}
    for group in _chinese():
        if any(word in text for word in group):
            found.update(word for word in group if word not in text)
    return sorted(found)
