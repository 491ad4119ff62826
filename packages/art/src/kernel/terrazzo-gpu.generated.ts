/** Made by tool/build-kernels.ts from the reference. Do not edit. */

/** WGSL; gpu.ts adds the bindings and the entry point. */
export const terrazzoShader = `
var<private> SLOTS: array<i32, 32>;

fn low16(a: i32) -> i32 { return (a << 16u) >> 16u; }
fn halves16(low: i32, high: i32) -> i32 { return (low & 0xffff) | (high << 16u); }
fn dot16(a: i32, b: i32) -> i32 { return low16(a) * low16(b) + (a >> 16u) * (b >> 16u); }
fn sub16(a: i32, b: i32) -> i32 { return halves16(a - b, (a >> 16u) - (b >> 16u)); }
fn min16(a: i32, b: i32) -> i32 { return halves16(min(low16(a), low16(b)), min(a >> 16u, b >> 16u)); }
fn mul16(a: i32, b: i32) -> i32 {
  return halves16((low16(a) * low16(b) + 0x4000) >> 15u, ((a >> 16u) * (b >> 16u) + 0x4000) >> 15u);
}
fn shl16(a: i32, n: i32) -> i32 { return halves16(a << u32(n), (a >> 16u) << u32(n)); }
fn shr16(a: i32, n: i32) -> i32 { return halves16(low16(a) >> u32(n), (a >> 16u) >> u32(n)); }

fn onPlate_(plate_0: i32, x_1: i32, y_2: i32) -> bool {
  var halfWidth_3: i32 = memory[(plate_0) >> 2u];
  var halfHeight_4: i32 = memory[(((plate_0) + (4))) >> 2u];
  if (((memory[(((plate_0) + (8))) >> 2u]) != (0))) {
    return ((((((x_1) * (x_1))) + (((y_2) * (y_2))))) < (((halfWidth_3) * (halfWidth_3))));
  }
  return (((((x_1) < (halfWidth_3)) && ((x_1) >= (((0) - (halfWidth_3))))) && ((y_2) < (halfHeight_4))) && ((y_2) >= (((0) - (halfHeight_4)))));
}

fn clamp_(x_0: i32, low_1: i32, high_2: i32) -> i32 {
  return min(max(x_0, low_1), high_2);
}

fn splineIn_(nodes_0: i32, k_1: i32, fx_2: i32, fy_3: i32) -> i32 {
  var nodesAt_4: i32 = memory[(nodes_0) >> 2u];
  var left_5: i32 = ((((128) - (fx_2))) * (((128) - (fx_2))));
  var right_6: i32 = ((fx_2) * (fx_2));
  var middle_7: i32 = ((((32768) - (left_5))) - (right_6));
  var a_8: i32 = ((((((((left_5) * (memory[(((nodesAt_4) + (((k_1) << u32(2))))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (4))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (8))) >> 2u]))))) >> u32(12));
  var b_9: i32 = ((((((((left_5) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (588))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (592))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (596))) >> 2u]))))) >> u32(12));
  var c_10: i32 = ((((((((left_5) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1176))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1180))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1184))) >> 2u]))))) >> u32(12));
  var top_11: i32 = ((((((128) - (fy_3))) * (((128) - (fy_3))))) >> u32(3));
  var bottom_12: i32 = ((((fy_3) * (fy_3))) >> u32(3));
  return ((((((((top_11) * (a_8))) + (((((((4096) - (top_11))) - (bottom_12))) * (b_9))))) + (((bottom_12) * (c_10))))) >> u32(12));
}

fn fieldAt_(field_0: i32, x_1: i32, y_2: i32) -> i32 {
  var nodes_3: i32 = field_0;
  var reachX_4: i32 = memory[(((field_0) + (8))) >> 2u];
  var reachY_5: i32 = memory[(((field_0) + (12))) >> 2u];
  var u_6: i32 = ((clamp_(x_1, ((0) - (reachX_4)), reachX_4)) + (9408));
  var v_7: i32 = ((clamp_(y_2, ((0) - (reachY_5)), reachY_5)) + (9408));
  return splineIn_(nodes_3, ((((((((((v_7) >> u32(7))) - (1))) * (147))) + (((u_6) >> u32(7))))) - (1)), ((u_6) & (127)), ((v_7) & (127)));
}

fn fadeOf_(t_0: i32) -> i32 {
  var square_1: i32 = dot16(t_0, t_0);
  var cube_2: i32 = ((dot16(((square_1) >> u32(13)), t_0)) >> u32(13));
  var rest_3: i32 = ((((((((((((square_1) << u32(2))) + (((square_1) << u32(1))))) >> u32(13))) - (((t_0) << u32(4))))) + (t_0))) + (81920));
  return ((((cube_2) * (rest_3))) >> u32(13));
}

fn finish_(mixed_0: i32) -> i32 {
  var h_1: i32 = mixed_0;
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(15))))) * (i32(-2048144789)));
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(13))))) * (i32(-1028477387)));
  return ((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(16))));
}

fn noiseOf_(cellX_0: i32, cellY_1: i32, seed_2: i32, fx_3: i32, fy_4: i32) -> i32 {
  var u_5: i32 = fadeOf_(fx_3);
  var v_6: i32 = fadeOf_(fy_4);
  var left_7: i32 = ((cellX_0) * (668265261));
  var right_8: i32 = ((left_7) + (668265261));
  var s_9: i32 = ((((seed_2) + (1))) * (i32(-1640531535)));
  var row_10: i32 = ((cellY_1) * (374761393));
  var top_11: i32 = ((row_10) ^ (s_9));
  var bottom_12: i32 = ((((row_10) + (374761393))) ^ (s_9));
  var place_13: i32 = ((fx_3) | (((fy_4) << u32(16))));
  var a_14: i32 = ((dot16(memory[(((72) + (((((finish_(((left_7) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], place_13)) >> u32(12));
  var b_15: i32 = ((dot16(memory[(((72) + (((((finish_(((right_8) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 8192))) >> u32(12));
  var c_16: i32 = ((dot16(memory[(((72) + (((((finish_(((left_7) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536870912))) >> u32(12));
  var d_17: i32 = ((dot16(memory[(((72) + (((((finish_(((right_8) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536879104))) >> u32(12));
  var ab_18: i32 = ((a_14) + (((dot16(((b_15) - (a_14)), u_5)) >> u32(13))));
  var cd_19: i32 = ((c_16) + (((dot16(((d_17) - (c_16)), u_5)) >> u32(13))));
  var n_20: i32 = ((ab_18) + (((dot16(((cd_19) - (ab_18)), v_6)) >> u32(13))));
  return ((((((n_20) << u32(1))) + (n_20))) >> u32(1));
}

fn noise_(x_0: i32, y_1: i32, seed_2: i32) -> i32 {
  return noiseOf_(((x_0) >> u32(13)), ((y_1) >> u32(13)), seed_2, ((x_0) & (8191)), ((y_1) & (8191)));
}

fn fractal_(x_0: i32, y_1: i32, seed_2: i32, octaves_3: i32) -> i32 {
  var sum_4: i32 = 0;
  var px_5: i32 = x_0;
  var py_6: i32 = y_1;
  {
    var k_7: i32 = 0;
    loop {
      if (!(((k_7) < (octaves_3)))) { break; }
      sum_4 = ((sum_4) + (((noise_(px_5, py_6, ((seed_2) + (((k_7) * (17)))))) >> u32(k_7))));
      px_5 = ((((px_5) << u32(1))) + (1237));
      py_6 = ((((py_6) << u32(1))) - (911));
      continuing {
        k_7 = ((k_7) + (1));
      }
    }
  }
  return sum_4;
}

fn paint0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32) {
  var colourAt_2: i32 = memory[(colour_1) >> 2u];
  (*out_0)[0] = memory[(colourAt_2) >> 2u];
  (*out_0)[1] = memory[(((colourAt_2) + (4))) >> 2u];
  (*out_0)[2] = memory[(((colourAt_2) + (8))) >> 2u];
}

fn mul_(a_0: i32, b_1: i32) -> i32 {
  return ((((a_0) * (b_1))) >> u32(13));
}

fn blend0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32, t_2: i32) {
  var colourAt_3: i32 = memory[(colour_1) >> 2u];
  var L_4: i32 = (*out_0)[0];
  var a_5: i32 = (*out_0)[1];
  var b_6: i32 = (*out_0)[2];
  (*out_0)[0] = ((L_4) + (((((((memory[(colourAt_3) >> 2u]) - (L_4))) * (t_2))) >> u32(13))));
  (*out_0)[1] = ((a_5) + (((((((memory[(((colourAt_3) + (4))) >> 2u]) - (a_5))) * (t_2))) >> u32(13))));
  (*out_0)[2] = ((b_6) + (((((((memory[(((colourAt_3) + (8))) >> 2u]) - (b_6))) * (t_2))) >> u32(13))));
}

fn latticeHash_(x_0: i32, y_1: i32, seed_2: i32) -> i32 {
  return finish_(((((((x_0) * (668265261))) ^ (((y_1) * (374761393))))) ^ (((((seed_2) + (1))) * (i32(-1640531535))))));
}

fn sine_(turn_0: i32) -> i32 {
  var t_1: i32 = ((turn_0) & (8191));
  var quarter_2: i32 = select(((2048) - (((t_1) & (2047)))), ((t_1) & (2047)), ((((t_1) & (4095))) < (2048)));
  var q_3: i32 = ((quarter_2) << u32(2));
  var square_4: i32 = mul_(q_3, q_3);
  var s_5: i32 = mul_(q_3, ((12866) - (mul_(square_4, ((5270) - (mul_(square_4, 596)))))));
  return select(((0) - (s_5)), s_5, ((t_1) < (4096)));
}

fn cosine_(turn_0: i32) -> i32 {
  return sine_(((turn_0) + (2048)));
}

fn insideChip_(px_0: i32, py_1: i32, h_2: i32, spread_3: i32) -> i32 {
  var turn_4: i32 = ((h_2) & (8191));
  var c_5: i32 = cosine_(turn_4);
  var t_6: i32 = sine_(turn_4);
  var x_7: i32 = ((mul_(px_0, c_5)) + (mul_(py_1, t_6)));
  var y_8: i32 = mul_(((mul_(py_1, c_5)) - (mul_(px_0, t_6))), ((8192) + (((((bitcast<i32>(bitcast<u32>(h_2) >> u32(13))) & (3))) * (1300)))));
  var radius_9: i32 = ((3300) - (((((((bitcast<i32>(bitcast<u32>(h_2) >> u32(15))) & (255))) * (spread_3))) >> u32(5))));
  var sides_10: i32 = ((4) + (((bitcast<i32>(bitcast<u32>(h_2) >> u32(23))) & (3))));
  var step_11: i32 = ((8192) / (sides_10));
  var least_12: i32 = 8192;
  {
    var m_13: i32 = 0;
    loop {
      if (!(((m_13) < (sides_10)))) { break; }
      var wild_14: i32 = latticeHash_(m_13, 5, h_2);
      var angle_15: i32 = ((((((m_13) * (step_11))) + (((wild_14) & (1023))))) - (512));
      var off_16: i32 = mul_(radius_9, ((5600) + (((bitcast<i32>(bitcast<u32>(wild_14) >> u32(10))) & (2047)))));
      least_12 = min(least_12, ((((off_16) - (mul_(x_7, cosine_(angle_15))))) - (mul_(y_8, sine_(angle_15)))));
      continuing {
        m_13 = ((m_13) + (1));
      }
    }
  }
  return least_12;
}

fn chipAt7_(s_0: i32, grade_1: i32, k_2: i32, cast_3: i32, x_4: i32, y_5: i32, dense_6: i32, out_7: ptr<function, array<i32, 3>>) -> bool {
  var u_8: i32 = ((((mul_(x_4, memory[(((grade_1) + (4))) >> 2u])) + (mul_(y_5, memory[(((grade_1) + (8))) >> 2u])))) + (32768));
  var v_9: i32 = ((((mul_(y_5, memory[(((grade_1) + (4))) >> 2u])) - (mul_(x_4, memory[(((grade_1) + (8))) >> 2u])))) + (32768));
  var seed_10: i32 = ((((memory[(((s_0) + (16))) >> 2u]) + (100))) + (((10) * (k_2))));
  var ci_11: i32 = ((u_8) / (memory[(grade_1) >> 2u]));
  var cj_12: i32 = ((v_9) / (memory[(grade_1) >> 2u]));
  var fu_13: i32 = ((((((u_8) - (((ci_11) * (memory[(grade_1) >> 2u]))))) * (8192))) / (memory[(grade_1) >> 2u]));
  var fv_14: i32 = ((((((v_9) - (((cj_12) * (memory[(grade_1) >> 2u]))))) * (8192))) / (memory[(grade_1) >> 2u]));
  var si_15: i32 = select(0, i32(-1), ((fu_13) < (4096)));
  var sj_16: i32 = select(0, i32(-1), ((fv_14) < (4096)));
  var best_17: i32 = 0;
  var second_18: i32 = 0;
  var found_19: i32 = 0;
  var middleU_20: i32 = 0;
  var middleV_21: i32 = 0;
  {
    var m_22: i32 = 0;
    loop {
      if (!(((m_22) < (4)))) { break; }
      var i_23: i32 = ((((ci_11) + (si_15))) + (((m_22) & (1))));
      var j_24: i32 = ((((cj_12) + (sj_16))) + (((m_22) >> u32(1))));
      var h_25: i32 = latticeHash_(i_23, j_24, seed_10);
      if (((((h_25) & (255))) >= (dense_6))) {
        continue;
      }
      var cu_26: i32 = ((((i_23) << u32(13))) + (((((bitcast<i32>(bitcast<u32>(h_25) >> u32(8))) & (1023))) * (8))));
      var cv_27: i32 = ((((j_24) << u32(13))) + (((((bitcast<i32>(bitcast<u32>(h_25) >> u32(18))) & (1023))) * (8))));
      var pu_28: i32 = ((((((ci_11) << u32(13))) + (fu_13))) - (cu_26));
      var pv_29: i32 = ((((((cj_12) << u32(13))) + (fv_14))) - (cv_27));
      if ((((((pu_28) > (4096)) || ((pu_28) < (i32(-4096)))) || ((pv_29) > (4096))) || ((pv_29) < (i32(-4096))))) {
        continue;
      }
      var d_30: i32 = insideChip_(pu_28, pv_29, latticeHash_(i_23, j_24, ((seed_10) + (1))), memory[(((s_0) + (132))) >> 2u]);
      if (((d_30) > (best_17))) {
        second_18 = best_17;
        best_17 = d_30;
        found_19 = latticeHash_(i_23, j_24, ((seed_10) + (2)));
        middleU_20 = ((mul_(cu_26, memory[(grade_1) >> 2u])) - (32768));
        middleV_21 = ((mul_(cv_27, memory[(grade_1) >> 2u])) - (32768));
      } else {
        if (((d_30) > (second_18))) {
          second_18 = d_30;
        }
      }
      continuing {
        m_22 = ((m_22) + (1));
      }
    }
  }
  if (((((best_17) - (second_18))) < (((196608) / (memory[(grade_1) >> 2u]))))) {
    return ((0) != (0));
  }
  var pick_31: i32 = ((found_19) & (255));
  var middleX_32: i32 = ((mul_(middleU_20, memory[(((grade_1) + (4))) >> 2u])) - (mul_(middleV_21, memory[(((grade_1) + (8))) >> 2u])));
  var middleY_33: i32 = ((mul_(middleV_21, memory[(((grade_1) + (4))) >> 2u])) + (mul_(middleU_20, memory[(((grade_1) + (8))) >> 2u])));
  var sown_34: i32 = clamp_(((pick_31) + (((mul_(((fieldAt_(((s_0) + (88)), middleX_32, middleY_33)) >> u32(3)), memory[(((s_0) + (140))) >> 2u])) >> u32(5)))), 0, 255);
  var which_35: i32 = select(select(2, 1, ((sown_34) < (205))), 0, ((sown_34) < (130)));
  var role_36: i32 = select(memory[(((184) + (((((((cast_3) * (3))) + (((((which_35) + (memory[(((s_0) + (156))) >> 2u]))) % (3))))) << u32(2))))) >> 2u], 5, ((pick_31) >= (((256) - (memory[(((s_0) + (152))) >> 2u])))));
  paint0_(out_7, ((memory[(((s_0) + (112))) >> 2u]) + (((role_36) << u32(3)))));
  (*out_7)[0] = (((((*out_7)[0]) + (((bitcast<i32>(bitcast<u32>(found_19) >> u32(8))) & (511))))) - (256));
  if (((k_2) < (2))) {
    var turn_37: i32 = ((bitcast<i32>(bitcast<u32>(found_19) >> u32(17))) & (8191));
    var a_38: i32 = ((mul_(x_4, cosine_(turn_37))) + (mul_(y_5, sine_(turn_37))));
    var b_39: i32 = ((mul_(y_5, cosine_(turn_37))) - (mul_(x_4, sine_(turn_37))));
    var stone_40: i32 = noise_(((a_38) * (6)), ((b_39) * (14)), ((memory[(((s_0) + (16))) >> 2u]) + (((found_19) & (1023)))));
    var vein_41: i32 = max(noise_(((a_38) * (3)), ((b_39) * (8)), ((((memory[(((s_0) + (16))) >> 2u]) + (60))) + (((found_19) & (1023))))), ((0) - (noise_(((a_38) * (3)), ((b_39) * (8)), ((((memory[(((s_0) + (16))) >> 2u]) + (60))) + (((found_19) & (1023))))))));
    (*out_7)[0] = (((((*out_7)[0]) + (((stone_40) >> u32(5))))) + (select(0, select(260, i32(-260), ((role_36) < (2))), ((vein_41) < (420)))));
  }
  return ((0) == (0));
}

fn gleamAt_(x_0: i32, y_1: i32, seed_2: i32, polish_3: i32) -> i32 {
  var shine_4: i32 = clamp_(((((5200) - (((((x_0) + (y_1))) >> u32(1))))) - (((noise_(((x_0) >> u32(1)), ((y_1) >> u32(1)), seed_2)) >> u32(1)))), 0, 8192);
  return mul_(mul_(shine_4, shine_4), polish_3);
}

fn shadeTerrazzo3_(s_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var lattice_4: i32 = memory[(((s_0) + (16))) >> 2u];
  var v_5: i32 = fieldAt_(((s_0) + (72)), x_1, y_2);
  var region_6: i32 = 0;
  var edge_7: i32 = 134217727;
  {
    var k_8: i32 = 0;
    loop {
      if (!(((k_8) < (((memory[(((s_0) + (60))) >> 2u]) - (1)))))) { break; }
      var past_9: i32 = ((v_5) - (memory[(((memory[(((s_0) + (64))) >> 2u]) + (((k_8) << u32(2))))) >> 2u]));
      if (((past_9) >= (0))) {
        region_6 = ((k_8) + (1));
      }
      edge_7 = min(edge_7, max(past_9, ((0) - (past_9))));
      continuing {
        k_8 = ((k_8) + (1));
      }
    }
  }
  var cast_10: i32 = memory[(((memory[(((s_0) + (104))) >> 2u]) + (((region_6) << u32(2))))) >> 2u];
  var cloud_11: i32 = fractal_(((x_1) << u32(1)), ((y_2) << u32(1)), ((lattice_4) + (3)), 3);
  var fine_12: i32 = noise_(((x_1) * (70)), ((y_2) * (70)), ((lattice_4) + (4)));
  paint0_(out_3, ((memory[(((s_0) + (112))) >> 2u]) + (((cast_10) << u32(3)))));
  (*out_3)[0] = (((((*out_3)[0]) + (((cloud_11) >> u32(6))))) + (mul_(((fine_12) >> u32(6)), memory[(((s_0) + (160))) >> 2u])));
  if ((((edge_7) < (6000)) && ((memory[(((s_0) + (148))) >> 2u]) < (2)))) {
    var rx_13: i32 = ((fieldAt_(((s_0) + (72)), ((x_1) + (40)), y_2)) - (fieldAt_(((s_0) + (72)), ((x_1) - (40)), y_2)));
    var ry_14: i32 = ((fieldAt_(((s_0) + (72)), x_1, ((y_2) + (40)))) - (fieldAt_(((s_0) + (72)), x_1, ((y_2) - (40)))));
    var rise_15: i32 = max(40, ((max(max(rx_13, ((0) - (rx_13))), max(ry_14, ((0) - (ry_14))))) + (((((min(max(rx_13, ((0) - (rx_13))), max(ry_14, ((0) - (ry_14))))) * (3))) >> u32(3)))));
    var away_16: i32 = ((((edge_7) * (80))) / (rise_15));
    if (((away_16) < (memory[(((s_0) + (144))) >> 2u]))) {
      if (((memory[(((s_0) + (148))) >> 2u]) == (1))) {
        paint0_(out_3, ((memory[(((s_0) + (112))) >> 2u]) + (((select(4, 0, ((cast_10) == (4)))) << u32(3)))));
      } else {
        paint0_(out_3, 136);
        blend0_(out_3, 156, clamp_(((((3000) + (((noise_(((((x_1) + (y_2))) >> u32(1)), ((((x_1) - (y_2))) >> u32(1)), ((lattice_4) + (40)))) >> u32(1))))) + (((noise_(((x_1) * (60)), ((y_2) * (8)), ((lattice_4) + (41)))) >> u32(3)))), 0, 7000));
      }
      return;
    }
  }
  var dense_17: i32 = clamp_(((memory[(((s_0) + (128))) >> 2u]) + (((mul_(((fieldAt_(((s_0) + (88)), x_1, y_2)) >> u32(3)), memory[(((s_0) + (136))) >> 2u])) >> u32(5)))), 20, 250);
  {
    var k_18: i32 = 0;
    loop {
      if (!(((k_18) < (memory[(((s_0) + (124))) >> 2u])))) { break; }
      var grade_19: i32 = ((memory[(((s_0) + (120))) >> 2u]) + (((k_18) * (12))));
      if ((((memory[(grade_19) >> 2u]) > (0)) && chipAt7_(s_0, grade_19, k_18, cast_10, x_1, y_2, dense_17, out_3))) {
        (*out_3)[0] = (((*out_3)[0]) + (mul_(((fine_12) >> u32(7)), memory[(((s_0) + (160))) >> 2u])));
        break;
      }
      continuing {
        k_18 = ((k_18) + (1));
      }
    }
  }
  (*out_3)[0] = (((*out_3)[0]) + (gleamAt_(x_1, y_2, ((lattice_4) + (50)), memory[(((s_0) + (164))) >> 2u])));
}

fn dim0_(out_0: ptr<function, array<i32, 3>>, k_1: i32) {
  (*out_0)[0] = (((((*out_0)[0]) * (k_1))) >> u32(13));
  (*out_0)[1] = (((((*out_0)[1]) * (k_1))) >> u32(13));
  (*out_0)[2] = (((((*out_0)[2]) * (k_1))) >> u32(13));
}

fn sheetShadow3_(plate_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  {
    var k_4: i32 = 0;
    loop {
      if (!(((k_4) < (6)))) { break; }
      var d_5: i32 = ((24) + (((k_4) * (24))));
      if (onPlate_(plate_0, ((x_1) - (d_5)), ((y_2) - (d_5)))) {
        dim0_(out_3, ((8192) - (((((6) - (k_4))) * (150)))));
        return;
      }
      continuing {
        k_4 = ((k_4) + (1));
      }
    }
  }
}

fn surroundTerrazzo3_(s_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  sheetShadow3_(s_0, x_1, y_2, out_3);
}

fn cube_(c_0: i32) -> i32 {
  return ((((((((c_0) * (c_0))) >> u32(10))) * (c_0))) >> u32(12));
}

fn toLinear0_(out_0: ptr<function, array<i32, 3>>) {
  var L_1: i32 = ((clamp_((*out_0)[0], 0, 4096)) << u32(12));
  var a_2: i32 = clamp_((*out_0)[1], i32(-1400), 1400);
  var b_3: i32 = clamp_((*out_0)[2], i32(-1400), 1400);
  var l_4: i32 = cube_(((((((L_1) + (((1623) * (a_2))))) + (((884) * (b_3))))) >> u32(12)));
  var m_5: i32 = cube_(((((((L_1) - (((432) * (a_2))))) - (((262) * (b_3))))) >> u32(12)));
  var s_6: i32 = cube_(((((((L_1) - (((366) * (a_2))))) - (((5290) * (b_3))))) >> u32(12)));
  (*out_0)[0] = clamp_(((((((((16698) * (l_4))) - (((13549) * (m_5))))) + (((946) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[1] = clamp_(((((((((i32(-5196)) * (l_4))) + (((10690) * (m_5))))) - (((1399) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[2] = clamp_(((((((((i32(-17)) * (l_4))) - (((2881) * (m_5))))) + (((6995) * (s_6))))) >> u32(12)), 0, 16384);
}

fn sampleLight_(canvas_0: i32, X_1: i32, Y_2: i32, grain_3: i32, out_4: ptr<function, array<i32, 3>>) {
  var plate_5: i32 = canvas_0;
  var scale_6: i32 = memory[(((canvas_0) + (12))) >> 2u];
  var finish_7: i32 = ((canvas_0) + (28));
  var x_8: i32 = ((((X_1) * (scale_6))) >> u32(14));
  var y_9: i32 = ((((Y_2) * (scale_6))) >> u32(14));
  if (onPlate_(plate_5, x_8, y_9)) {
    shadeTerrazzo3_(finish_7, x_8, y_9, out_4);
    if (((memory[(((canvas_0) + (24))) >> 2u]) != (0))) {
      (*out_4)[0] = clamp_((*out_4)[0], 0, 16384);
      (*out_4)[1] = clamp_((*out_4)[1], 0, 16384);
      (*out_4)[2] = clamp_((*out_4)[2], 0, 16384);
      return;
    }
    (*out_4)[0] = (((*out_4)[0]) + (grain_3));
  } else {
    paint0_(out_4, ((canvas_0) + (16)));
    (*out_4)[0] = (((((*out_4)[0]) + (((grain_3) >> u32(1))))) + (((noise_(X_1, Y_2, 3)) >> u32(9))));
    surroundTerrazzo3_(finish_7, x_8, y_9, out_4);
  }
  toLinear0_(out_4);
}
`;
